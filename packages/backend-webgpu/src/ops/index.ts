import { registerKernel } from '@tensorflow/tfjs-core'
export const ownKernels = new Set<string>()
export function registerOwn(): void {}
