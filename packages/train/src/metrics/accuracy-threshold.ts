import { DlError, showShape } from '@dl/core'
import { cast, equal, greater, mean, sigmoid, type Tensor, tidy } from '@tensorflow/tfjs-core'
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
  { logits = true, name = 'accuracy' }: AccuracyThresholdOptions = {},
): MeanMetric & Required<Pick<MeanMetric, 'batch'>> {
  if (!(threshold > 0 && threshold < 1)) {
    throw new DlError('bad-option', {
      problem: `the threshold is ${threshold}`,
      expected: 'a probability between 0 and 1',
    })
  }
  return {
    name,
    batch: (output: Tensor, target: Tensor) =>
      tidy(() => {
        checkAlike(name, output, target)
        const yes = greater(logits ? sigmoid(output) : output, threshold)
        return mean(cast(equal(yes, cast(target, 'bool')), 'float32'))
      }),
  }
}

/** Comparing would broadcast, and count pairs that do not belong together. */
function checkAlike(name: string, output: Tensor, target: Tensor): void {
  const [ours, theirs] = [showShape(output.shape), showShape(target.shape)]
  if (ours === theirs) return
  throw new DlError('shape-mismatch', {
    problem: `${name} got outputs of shape ${ours} and targets of ${theirs}`,
    expected: 'a target of 0 or 1 for each output',
    fix: 'accuracy is for one label an item.',
  })
}
