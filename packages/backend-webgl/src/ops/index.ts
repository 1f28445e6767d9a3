/** Kernels of our own: the fused operations of @dl/core, and tfjs's where they are slow or wrong. */
import { type KernelFunc, registerKernel } from '@tensorflow/tfjs-core'
import { batchNorm } from './batch-norm'
import { clipScale } from './clip-scale'
import { registerDilation } from './dilation'
import { dropout } from './dropout'
import { embedding, embeddingGrad } from './embedding'
import { repairExtremes } from './extremes'
import { repairLogarithm } from './logarithm'
import { losses } from './loss'
import { adamStep, sgdStep } from './optimizers'
import { fuseProducts } from './products'
import { recurrent } from './recurrent'
import { repairSelecting } from './selecting'
import { fuseStacks } from './stack'
import { fuseSums } from './sums'

const kernels: Record<string, KernelFunc> = {
  ...recurrent,
  ...batchNorm,
  ...losses,
  DlClipScale: clipScale,
  DlDropout: dropout,
  DlEmbedding: embedding,
  DlEmbeddingGrad: embeddingGrad,
  DlSgdStep: sgdStep,
  DlAdamStep: adamStep,
}

export function registerFused(): void {
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    registerKernel({ kernelName, backendName: 'webgl', kernelFunc })
  }
  fuseProducts()
  fuseStacks()
  fuseSums()
  repairExtremes()
  repairLogarithm()
  repairSelecting()
  registerDilation()
}
