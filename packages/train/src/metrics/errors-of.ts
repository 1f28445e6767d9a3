import { cast, sub, type Tensor } from '@tensorflow/tfjs-core'
import { checkAlike } from './check-alike'

/** Outputs minus targets, for metrics of regression. */
export function errorsOf(name: string, output: Tensor, target: Tensor): Tensor {
  const fix =
    'Where they differ by a dimension of 1, reshape the targets: reshape(target, [-1, 1]).'
  checkAlike(name, output, target, 'a target for each output, in the same shape', fix)
  return sub(cast(output, 'float32'), cast(target, 'float32'))
}
