import { argMax } from './arg-max'
import { emptyRepairs } from './empty'
import type { KernelRepair } from './kernel-repair'

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
