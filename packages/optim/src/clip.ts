/**
 * Clipping gradients: by their joint norm (Pascanu et al., 2013), as `torch.nn.utils.clip_grad_norm_`,
 * or each of their values, as `clip_grad_value_`.
 */
import {
  add,
  addN,
  clipByValue,
  div,
  minimum,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core'

/** The scalar all gradients are to be multiplied by so that their joint norm is `maxNorm` at most. */
export function clipScale(grads: readonly Tensor[], maxNorm: number): Tensor {
  return tidy(() => {
    const norm = sqrt(addN(grads.map(grad => sum(square(grad)))))
    return minimum(1, div(maxNorm, add(norm, 1e-6)))
  })
}

export const clipValues = (grads: readonly (Tensor | null)[], most: number): (Tensor | null)[] =>
  grads.map(grad => grad && clipByValue(grad, -most, most))
