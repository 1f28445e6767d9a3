/** Clipping by the global norm (Pascanu et al., 2013), as `torch.nn.utils.clip_grad_norm_`. */
import {
  add,
  addN,
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
