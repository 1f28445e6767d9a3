/**
 * Gradients of masks, on which tfjs throws. `valueAndGrads` never asks, as no gradient flows through
 * bool or int32 outputs; the zeros are for `tf.grad`.
 */
import { type GradConfig, zerosLike } from '@tensorflow/tfjs-core'
import { rule } from './rule'

const zero = (kernelName: string, inputs: string[]): GradConfig =>
  rule(kernelName, {
    saves: inputs,
    grads: (_, saved) =>
      Object.fromEntries(inputs.map((name, i) => [name, () => zerosLike(saved[i]!)])),
  })

export const masks: GradConfig[] = [
  ...['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr'].map(name =>
    zero(name, ['a', 'b']),
  ),
  ...['LogicalNot', 'All', 'Any'].map(name => zero(name, ['x'])),
]
