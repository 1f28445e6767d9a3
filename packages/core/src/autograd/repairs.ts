/** Gradients of tfjs-core 4.22 that are wrong, missing or wasteful, put right. */
import { getGradient, registerGradient } from '@tensorflow/tfjs-core'
import { arranging } from './arranging'
import { complexNumbers } from './complex'
import { convolution, convolutionOfVolumes } from './convolution'
import { cumulative } from './cumulative'
import { elementwise } from './elementwise'
import { gathering } from './gathering'
import { masks } from './masks'
import { batchNorm } from './normalizing'
import { pooling } from './pooling'
import { products } from './products'
import { reductions } from './reductions'
import { resizing } from './resizing'
import { softmaxCrossEntropy } from './softmax-cross-entropy'

export function repairGradients(): void {
  const repaired = [
    ...elementwise,
    ...reductions,
    ...cumulative,
    ...arranging(),
    ...gathering,
    ...products(),
    ...['Conv2D', 'DepthwiseConv2dNative'].map(name => convolution(getGradient(name))),
    ...convolutionOfVolumes,
    ...pooling,
    ...resizing,
    ...complexNumbers,
    ...masks,
    batchNorm,
    softmaxCrossEntropy,
  ]
  for (const gradient of repaired) registerGradient(gradient)
}
