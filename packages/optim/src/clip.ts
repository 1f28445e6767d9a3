/** Clipping each value of gradients, as `torch.nn.utils.clip_grad_value_`. */
import { clipByValue, type Tensor } from '@tensorflow/tfjs-core'

export const clipValues = (grads: readonly (Tensor | null)[], most: number): (Tensor | null)[] =>
  grads.map(grad => grad && clipByValue(grad, -most, most))
