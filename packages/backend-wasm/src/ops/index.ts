import type { Kernel } from '../kernel'
import { compareKernels } from './compare'
import { convKernels } from './conv'
import { depthwiseKernels } from './depthwise'
import { dropoutKernels } from './dropout'
import { elementwiseKernels } from './elementwise'
import { embeddingKernels } from './embedding'
import { layoutKernels } from './layout'
import { lossKernels } from './loss'
import { matMulKernels } from './matmul'
import { mirrorKernels } from './mirror'
import { normKernels } from './norm'
import { optimizerKernels } from './optimizers'
import { poolKernels } from './pool'
import { recurrentKernels } from './recurrent'
import { reduceKernels } from './reduce'

/** Every kernel of ours. */
export const kernels: readonly Kernel[] = [
  ...matMulKernels,
  ...convKernels,
  ...depthwiseKernels,
  ...elementwiseKernels,
  ...reduceKernels,
  ...layoutKernels,
  ...recurrentKernels,
  ...lossKernels,
  ...embeddingKernels,
  ...dropoutKernels,
  ...optimizerKernels,
  ...normKernels,
  ...poolKernels,
  ...compareKernels,
  ...mirrorKernels,
]
