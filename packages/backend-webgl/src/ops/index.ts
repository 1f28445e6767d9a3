/** Kernels of our own: the fused operations of @dl/core. */
import { type KernelFunc, registerKernel } from '@tensorflow/tfjs-core'
import { batchNorm } from './batch-norm'
import { clipScale } from './clip-scale'
import { dropout } from './dropout'
import { embedding, embeddingGrad } from './embedding'
import { losses } from './loss'
import { adamStep, sgdStep } from './optimizers'
import { fuseProducts } from './products'
import { recurrent } from './recurrent'
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
}
