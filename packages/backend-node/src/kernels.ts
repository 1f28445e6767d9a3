/** Every kernel of ours; each takes the place of tfjs-node's, if that has it. */
import type { Kernels } from './call'
import { convKernels } from './conv'
import { depthwiseKernels } from './depthwise'
import { poolKernels } from './pool'

export const kernels: Kernels = { ...convKernels, ...depthwiseKernels, ...poolKernels }
