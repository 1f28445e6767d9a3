import { abs, stack, sum, tidy } from '@tensorflow/tfjs-core'
import { errorsOf } from './errors-of'
import type { CountMetric } from './metric'

/**
 * The mean absolute error of regression, over all values of the validation set. Outputs and targets of
 * one shape.
 *
 * @throws DlError `shape-mismatch` while it measures
 *
 * @example
 * ```ts
 * import { mae } from '@dl/train'
 *
 * mae.name // → mae
 * // the sum of the errors, and how many there are
 * mae.finish([6, 4]) // → 1.5
 * ```
 */
export const mae = {
  name: 'mae',
  counts: (output, target) =>
    tidy(() => {
      const errors = errorsOf('mae', output, target)
      return stack([sum(abs(errors)), errors.size])
    }),
  finish: ([total, count]) => total! / count!,
} satisfies CountMetric
