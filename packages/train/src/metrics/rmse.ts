import { square, stack, sum, tidy } from '@tensorflow/tfjs-core'
import { errorsOf } from './errors-of'
import type { CountMetric } from './metric'

/**
 * The root of the mean squared error of regression, over all values of the validation set: not a mean
 * of the batches' roots. Outputs and targets of one shape.
 *
 * @throws DlError `shape-mismatch` while it measures
 *
 * @example
 * ```ts
 * import { rmse } from '@dl/train'
 *
 * rmse.name // → rmse
 * // the sum of the squared errors, and how many there are
 * rmse.finish([16, 4]) // → 2
 * ```
 */
export const rmse = {
  name: 'rmse',
  counts: (output, target) =>
    tidy(() => {
      const errors = errorsOf('rmse', output, target)
      return stack([sum(square(errors)), errors.size])
    }),
  finish: ([total, count]) => Math.sqrt(total! / count!),
} satisfies CountMetric
