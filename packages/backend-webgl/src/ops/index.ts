/** Kernels of our own. */
import { type KernelFunc, registerKernel } from '@tensorflow/tfjs-core'
import { recurrent } from './recurrent'

const kernels: Record<string, KernelFunc> = { ...recurrent }

export function registerFused(): void {
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    registerKernel({ kernelName, backendName: 'webgl', kernelFunc })
  }
}

export const fusedKernels = Object.keys(kernels)
