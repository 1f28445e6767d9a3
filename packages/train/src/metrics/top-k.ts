import { DlError, showShape, showValue } from '@dl/core'
import {
  add,
  cast,
  equal,
  greater,
  greaterEqual,
  logicalAnd,
  mean,
  oneHot,
  range,
  reshape,
  sum,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import type { MeanMetric } from './metric'
import { checkTensors } from './rows-of'

/**
 * The part of predictions among whose `k` largest scores is that of the label. Scores […, C], int32
 * labels […]. Of equal scores the first counts as larger, so `topK(1)` is `accuracy`; NaN never counts.
 *
 * @param k the metric's name has it: top5
 * @throws DlError `bad-option`; `shape-mismatch` for fewer than `k` classes
 *
 * @example
 * ```ts
 * import { topK } from '@dl/train'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const scores = tensor([[1, 3, 2], [5, 2, 4]])
 * const labels = tensor([2, 1], [2], 'int32')
 * const part = topK(2).batch(scores, labels)
 * String(await part.data()) // → 0.5
 * for (const t of [scores, labels, part]) t.dispose()
 * ```
 */
export function topK(k: number): MeanMetric & Required<Pick<MeanMetric, 'batch'>> {
  if (!Number.isInteger(k) || k < 1) {
    throw new DlError('bad-option', {
      problem: `k is ${showValue(k)}`,
      expected: 'an integer of at least 1',
    })
  }
  return { name: `top${k}`, batch: (output, target) => tidy(() => share(k, output, target)) }
}

function share(k: number, output: Tensor, target: Tensor): Tensor {
  checkTensors(`top${k}`, { scores: output, labels: target })
  const classes = output.shape.at(-1) ?? 0
  if (classes < k || output.size !== target.size * classes) {
    throw new DlError('shape-mismatch', {
      problem: `top${k} got scores of shape ${showShape(output.shape)} and labels of ${showShape(target.shape)}`,
      expected: `at least ${k} scores for each label`,
    })
  }
  const scores = reshape(output, [-1, classes])
  const labels = cast(reshape(target, [-1, 1]), 'int32')
  const isLabel = cast(reshape(oneHot(reshape(labels, [-1]), classes), [-1, classes]), 'bool')
  // not by multiplying: a log-probability of −∞ times 0 is NaN
  const own = sum(where(isLabel, scores, zerosLike(scores)), -1, true)
  const later = greater(range(0, classes, 1, 'int32'), labels)
  const beaten = add(
    cast(greater(own, scores), 'int32'),
    cast(logicalAnd(equal(own, scores), later), 'int32'),
  )
  // what it does not beat, itself among them, are at most k
  return mean(cast(greaterEqual(sum(beaten, -1), classes - k), 'float32'))
}
