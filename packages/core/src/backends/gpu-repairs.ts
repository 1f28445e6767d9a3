import type { KernelFunc } from '@tensorflow/tfjs-core'
import { argMax } from './arg-max'
import { emptyRepairs } from './empty'

/** A function of one's own in the place of tfjs's kernel, which it gets. */
export type KernelRepair = (original: KernelFunc) => KernelFunc

/**
 * What tfjs's kernels for WebGL and for WebGPU get wrong alike, by the kernel's name: `argMax` of a NaN,
 * and what sums over nothing. A backend puts them in front of all else it has for these names.
 *
 * @example
 * ```ts
 * import { gpuRepairs } from '@dl/core'
 *
 * gpuRepairs.map(([kernelName]) => kernelName).slice(0, 3).join(' ') // → ArgMax Sum Mean
 * ```
 */
export const gpuRepairs: readonly (readonly [kernelName: string, repair: KernelRepair])[] = [
  ['ArgMax', argMax],
  ...emptyRepairs,
]
