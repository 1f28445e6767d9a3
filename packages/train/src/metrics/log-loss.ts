import { DlError, showShape } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { rowsOf } from './rows-of'

/** As much as float32 tells from 1: what scikit-learn clips by. */
const EPSILON = 2 ** -23

/**
 * The mean of −log of the probability given to what was right: `sklearn.metrics.log_loss`. A
 * probability of 0 or 1 is clipped, so that one sure mistake does not make it infinite.
 *
 * @param probabilities [N, C], as `learn.tta` gives them
 * @param targets int32 labels [N]
 * @throws DlError `not-probabilities` for log-probabilities, logits or NaN; `shape-mismatch`; `bad-label`
 *
 * @example
 * ```ts
 * import { logLoss } from '@dl/train'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const probabilities = tensor([[0.5, 0.5], [0.25, 0.75]])
 * const targets = tensor([0, 1], [2], 'int32')
 * const loss = await logLoss(probabilities, targets)
 * loss.toFixed(4) // → 0.4904
 * probabilities.dispose()
 * targets.dispose()
 * ```
 */
export async function logLoss(probabilities: Tensor, targets: Tensor): Promise<number> {
  const { scores, labels, classes } = await rowsOf('logLoss', probabilities, targets)
  const wrong = scores.findIndex(p => !(p >= 0 && p <= 1 + 1e-5))
  if (wrong >= 0) {
    throw new DlError('not-probabilities', {
      problem: `logLoss got ${scores[wrong]} in row ${Math.floor(wrong / classes)} of ${showShape(probabilities.shape)}`,
      expected: 'probabilities, from 0 to 1',
      fix: 'softmax makes them of logits and of log-probabilities.',
    })
  }
  let total = 0
  labels.forEach((label, row) => {
    const p = scores[row * classes + label]!
    total -= Math.log(Math.min(Math.max(p, EPSILON), 1 - EPSILON))
  })
  return total / labels.length
}
