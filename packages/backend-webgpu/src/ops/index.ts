/** Kernels of this package: the fused operations of @dl/core, and tfjs's where those are wrong. */
import { gpuRepairs, type KernelRepair } from '@dl/core'
import { getKernel, type KernelFunc, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { type Kernel, kernelFunc } from '../kernel'
import { tile, transpose } from './arrange'
import { batchNormKernels } from './batch-norm'
import { clipKernels } from './clip-scale'
import { cumulativeKernels } from './cumulative'
import { dropoutKernels } from './dropout'
import { cast, elementwiseKernels, elementwiseRepairs } from './elementwise'
import { embeddingKernels } from './embedding'
import { gatherNd } from './gather-nd'
import { lossKernels } from './loss'
import { maxPoolKernels } from './max-pool'
import { optimizerKernels } from './optimizers'
import { prod } from './prod'
import { chosenProduct } from './products'
import { recurrentKernels } from './recurrent'
import { select } from './select'
import { softmaxKernels } from './softmax'
import { overRows, sumKernels } from './sums'

const kernels: Kernel[] = [
  ...batchNormKernels,
  ...clipKernels,
  ...cumulativeKernels,
  ...dropoutKernels,
  ...elementwiseKernels,
  ...embeddingKernels,
  ...lossKernels,
  ...maxPoolKernels,
  ...optimizerKernels,
  ...recurrentKernels,
  ...softmaxKernels,
  ...sumKernels,
]

/** The later of two for one kernel is in front. */
const repairs: (readonly [name: string, KernelRepair])[] = [
  ['Transpose', transpose],
  ['Tile', tile],
  ['Cast', cast],
  ['GatherNd', gatherNd],
  ['Select', select],
  ['Prod', prod],
  ['Sum', overRows(false)],
  ['Mean', overRows(true)],
  ['BatchMatMul', chosenProduct],
  ['_FusedMatMul', chosenProduct],
  ...elementwiseRepairs,
  ...gpuRepairs,
]

/** Puts them before tfjs's. */
export function registerOwn(): void {
  for (const kernel of kernels) replace(kernel.name, kernelFunc(kernel))
  for (const [name, repair] of repairs) {
    replace(name, repair(getKernel(name, 'webgpu')!.kernelFunc))
  }
}

function replace(kernelName: string, kernelFunc: KernelFunc): void {
  // registering over a kernel would warn
  if (getKernel(kernelName, 'webgpu') != null) unregisterKernel(kernelName, 'webgpu')
  registerKernel({ kernelName, backendName: 'webgpu', kernelFunc })
}
