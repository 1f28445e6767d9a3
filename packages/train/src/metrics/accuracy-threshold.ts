import { checkOptions, DlError, showValue } from '@dl/core'
import { cast, equal, greater, mean, sigmoid, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkAlike } from './check-alike'
import type { MeanMetric } from './metric'

export interface AccuracyThresholdOptions {
  /** Whether outputs are logits, as `binaryCrossEntropy` has them (default), or probabilities. */
  logits?: boolean
  /** Its column in the table (default 'accuracy'). */
  name?: string
}

/**
 * For items that may have several labels: the part of all answers that is right, where a probability
 * above the threshold is a yes. Outputs and targets [N, C], targets 0 or 1.
 *
 * @param threshold a probability (default 0.5)
 * @throws DlError `bad-option`; `shape-mismatch` while it measures
 *
 * @example
 * ```ts
 * import { accuracyThreshold } from '@dl/train'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [logits, targets] = [tensor([[3, -1, 1, -4]]), tensor([[1, 0, 0, 0]])]
 * const part = accuracyThreshold(0.5).batch(logits, targets)
 * String(await part.data()) // → 0.75
 * for (const t of [logits, targets, part]) t.dispose()
 * ```
 */
export function accuracyThreshold(
  threshold = 0.5,
  options: AccuracyThresholdOptions = {},
): MeanMetric & Required<Pick<MeanMetric, 'batch'>> {
  const known = ['logits', 'name'] as const
  const { logits = true, name = 'accuracy' } = checkOptions('accuracyThreshold', options, known)
  if (!(typeof threshold === 'number' && threshold > 0 && threshold < 1)) {
    throw new DlError('bad-option', {
      problem: `the threshold is ${showValue(threshold)}`,
      expected: 'a probability between 0 and 1',
    })
  }
  return {
    name,
    batch: (output: Tensor, target: Tensor) =>
      tidy(() => {
        checkAlike(
          name,
          output,
          target,
          'a target of 0 or 1 for each output',
          'accuracy is for one label an item.',
        )
        const yes = greater(logits ? sigmoid(output) : output, threshold)
        return mean(cast(equal(yes, cast(target, 'bool')), 'float32'))
      }),
  }
}
