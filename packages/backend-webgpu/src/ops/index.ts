/** Kernels of this package: the fused operations of @dl/core, and tfjs's where those are wrong. */
import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core'
import { type Kernel, kernelFunc } from '../kernel'
import { batchNormKernels } from './batch-norm'
import { dropoutKernels } from './dropout'
import { embeddingKernels } from './embedding'
import { lossKernels } from './loss'
import { optimizerKernels } from './optimizers'
import { recurrentKernels } from './recurrent'

const kernels: Kernel[] = [
  ...batchNormKernels,
  ...dropoutKernels,
  ...embeddingKernels,
  ...lossKernels,
  ...optimizerKernels,
  ...recurrentKernels,
]

export const ownKernels: ReadonlySet<string> = new Set(kernels.map(({ name }) => name))

export function registerOwn(): void {
  for (const kernel of kernels) {
    const { name: kernelName } = kernel
    // registering over a kernel would warn
    if (getKernel(kernelName, 'webgpu') != null) unregisterKernel(kernelName, 'webgpu')
    registerKernel({ kernelName, backendName: 'webgpu', kernelFunc: kernelFunc(kernel) })
  }
}
