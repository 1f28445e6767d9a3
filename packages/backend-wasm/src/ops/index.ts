import type { Kernel } from '../kernel'
import { elementwiseKernels } from './elementwise'
import { layoutKernels } from './layout'
import { matMulKernels } from './matmul'
import { reduceKernels } from './reduce'

/** Every kernel of ours. */
export const kernels: readonly Kernel[] = [
  ...matMulKernels,
  ...elementwiseKernels,
  ...reduceKernels,
  ...layoutKernels,
]
