/** Every kernel of ours; each takes the place of tfjs-node's, if that has it. */
import type { Kernels } from './call'
import { convKernels } from './conv'
import { conv3dKernels } from './conv3d'
import { depthwiseKernels } from './depthwise'
import { fusedKernels } from './fused'
import { poolKernels } from './pool'
import { repairKernels } from './repairs'

export const kernels: Kernels = {
  ...convKernels,
  ...conv3dKernels,
  ...depthwiseKernels,
  ...poolKernels,
  ...repairKernels,
  ...fusedKernels,
}
