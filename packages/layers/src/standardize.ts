import { detach } from '@dl/core'
import { add, mean, mul, rsqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core'

/**
 * (x − mean) / √(variance + eps) over `axes`. The mean is taken in two steps, as one of 1000 has no
 * digits for what lies behind the fourth place; the first step is any constant to the gradient.
 */
export function standardize(x: Tensor, axes: number[], eps: number): Tensor {
  const nearly = sub(x, detach(mean(x, axes, true)))
  const centred = sub(nearly, mean(nearly, axes, true))
  return mul(centred, rsqrt(add(mean(square(centred), axes, true), eps)))
}
