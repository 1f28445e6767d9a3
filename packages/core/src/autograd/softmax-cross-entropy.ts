/**
 * The gradient of tf.losses.softmaxCrossEntropy. tfjs's is that of the logits if the labels of a row
 * sum to 1, and, for labels, the negative of it. An operation with a gradient of its own is looked
 * up by the name of the scope it runs in.
 */
import {
  exp,
  type GradConfig,
  mul,
  neg,
  reshape,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core'

export const softmaxCrossEntropy: GradConfig = {
  kernelName: 'softmaxCrossEntropy__op',
  gradFunc(dy, saved) {
    const [labels, logSoftmax] = saved as [Tensor, Tensor]
    const each = reshape(dy as Tensor, [...(dy as Tensor).shape, 1])
    return {
      0: () => mul(each, neg(logSoftmax)),
      1: () => mul(each, sub(mul(exp(logSoftmax), sum(labels, -1, true)), labels)),
    }
  },
}
