import type { Tensor } from '@tensorflow/tfjs-core'
import { checkProbabilities, rowsOf } from './rows-of'

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
  checkProbabilities('logLoss', scores, classes)
  let total = 0
  labels.forEach((label, row) => {
    const p = scores[row * classes + label]!
    total -= Math.log(Math.min(Math.max(p, EPSILON), 1 - EPSILON))
  })
  return total / labels.length
}
