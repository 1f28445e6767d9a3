import type { KernelFunc } from '@tensorflow/tfjs-core'

/** A function of one's own in the place of tfjs's kernel, which it gets. */
export type KernelRepair = (original: KernelFunc) => KernelFunc
