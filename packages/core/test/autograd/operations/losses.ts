/** tfjs's losses, towards predictions, labels and weights. */
import * as tf from '@tensorflow/tfjs-core'
import { type Check, within } from '../differences'

const { Reduction } = tf
type Loss = (
  labels: tf.Tensor,
  predictions: tf.Tensor,
  weights?: tf.Tensor,
  reduction?: tf.Reduction,
) => tf.Tensor

/** Labels and predictions of one shape, with and without weights. */
const loss = (of: Loss, from?: number, to?: number, labels = true): Check[] => {
  const target = { shape: [2, 3], from, to }
  const fixed = () => tf.tensor2d([0, 1, 0, 1, 1, 0], [2, 3])
  const first: Check = labels
    ? [(l, p) => of(l, p), target, { ...target }]
    : [p => of(fixed(), p), target]
  return [
    first,
    ...[Reduction.SUM, Reduction.MEAN, Reduction.NONE].map(
      (reduction): Check => [
        (p, w) => of(fixed(), p, w, reduction),
        target,
        within([2, 1], 0.5, 1.5),
      ],
    ),
  ]
}

const perRow = (of: Loss): Check[] => [
  [(labels, logits) => of(labels, logits), within([2, 3], 0.1, 0.6), within([2, 3], -2, 2)],
  [
    (logits, w) => of(tf.tensor2d([0, 1, 0, 1, 0, 0], [2, 3]), logits, w, Reduction.MEAN),
    within([2, 3], -2, 2),
    within([2], 0.5, 1.5),
  ],
]

export const losses: Record<string, Check[]> = {
  'losses.absoluteDifference': loss(tf.losses.absoluteDifference),
  'losses.computeWeightedLoss': [
    [x => tf.losses.computeWeightedLoss(x), [2, 3]],
    [(x, w) => tf.losses.computeWeightedLoss(x, w), [2, 3], within([2, 3], 0.5, 1.5)],
    [(x, w) => tf.losses.computeWeightedLoss(x, w, Reduction.MEAN), [2, 3], within([3], 0.5, 1)],
  ],
  'losses.cosineDistance': [
    [(l, p) => tf.losses.cosineDistance(l, p, 1), [2, 3], [2, 3]],
    [(l, p, w) => tf.losses.cosineDistance(l, p, 0, w), [2, 3], [2, 3], within([1, 3], 0.5, 1)],
  ],
  'losses.hingeLoss': loss(tf.losses.hingeLoss, 0.1, 0.6),
  'losses.huberLoss': loss((l, p, w, r) => tf.losses.huberLoss(l, p, w, 1, r), -2, 2),
  'losses.logLoss': loss((l, p, w, r) => tf.losses.logLoss(l, p, w, 1e-7, r), 0.2, 0.8),
  'losses.meanSquaredError': loss(tf.losses.meanSquaredError),
  'losses.sigmoidCrossEntropy': loss(
    (l, p, w, r) => tf.losses.sigmoidCrossEntropy(l, p, w, 0.1, r),
    0.1,
    0.9,
  ),
  'losses.softmaxCrossEntropy': perRow((l, p, w, r) =>
    tf.losses.softmaxCrossEntropy(l, p, w, 0.1, r),
  ),
}
