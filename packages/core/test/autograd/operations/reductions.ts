/** Operations that combine the elements along axes. */
import * as tf from '@tensorflow/tfjs-core'
import { type Check, type Operation, within } from '../differences'

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor

const over = (reduce: Reduction, from?: number, to?: number): Check[] =>
  (
    [
      [[], undefined, false],
      [[5], undefined, false],
      [[5], 0, true],
      [[2, 3], 0, false],
      [[2, 3], -1, true],
      [[2, 3], -2, false],
      [[2, 1, 3], 1, false],
      [[2, 3, 2], [0, 2], false],
      [[2, 3, 2], [-1, 0], true],
      [[2, 2, 3, 2], [1, 2], false],
      [[1, 2, 2, 1, 3], [0, 1, 4], false],
    ] as const
  ).map(([shape, axis, keepDims]) => {
    const axes = typeof axis === 'object' ? [...axis] : axis
    return [x => reduce(x, axes, keepDims), { shape: [...shape], from, to }]
  })

const scan = (operation: Operation): Check[] =>
  [
    [[4], 0],
    [[2, 3], 0],
    [[2, 3], 1],
    [[2, 3, 2], 1],
    [[2, 3, 2], -3],
    [[2, 1, 3, 2], 2],
    [[1], 0],
  ].flatMap(([shape, axis]) =>
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ].map(
      ([exclusive, reverse]): Check => [
        x => operation(x, axis, exclusive, reverse),
        within(shape as number[], -1.5, 1.4),
      ],
    ),
  )

export const reductions: Record<string, Check[]> = {
  sum: over(tf.sum),
  mean: over(tf.mean),
  max: over(tf.max),
  min: over(tf.min),
  prod: over(tf.prod, -1.5, 1.6),
  logSumExp: over(tf.logSumExp, -2, 2),
  cumsum: scan(tf.cumsum),
  cumprod: scan(tf.cumprod),
  moments: [0, [0, 1], [-1]].flatMap((axes): Check[] => [
    [x => tf.moments(x, axes).mean, [2, 3]],
    [x => tf.moments(x, axes, true).variance, [2, 3]],
  ]),
  norm: [
    ...over((x, axis, keepDims) => tf.norm(x, 'euclidean', axis ?? undefined, keepDims)).filter(
      // of two axes at most, and without keepDims along all
      (_, i) => i !== 1 && i !== 10,
    ),
    ...(['fro', 'euclidean', 1, Infinity, -Infinity] as const).map(
      (ord): Check => [x => tf.norm(tf.exp(x), ord, [0, 1]), [3, 2]],
    ),
    ...([1, 2, Infinity, -Infinity] as const).map(
      (ord): Check => [x => tf.norm(x, ord, 1), [3, 2]],
    ),
  ],
  euclideanNorm: [
    [x => tf.euclideanNorm(x), [2, 3]],
    [x => tf.euclideanNorm(x, 1, true), [2, 3]],
  ],
  topk: [
    [x => tf.topk(x, 2).values, [5]],
    [x => tf.topk(x, 3).values, [2, 5]],
    [x => tf.topk(x, 1).values, [2, 3, 4]],
    [x => tf.topk(x, 4, false).values, [2, 1, 4]],
  ],
  softmax: [
    [tf.softmax, within([5], -2, 2)],
    [tf.softmax, within([2, 3], -2, 2)],
    [x => tf.softmax(x, 2), within([2, 3, 2], -2, 2)],
    [tf.softmax, within([2, 1], -2, 2)],
  ],
  logSoftmax: [
    [tf.logSoftmax, within([5], -2, 2)],
    [tf.logSoftmax, within([2, 3], -2, 2)],
    [x => tf.logSoftmax(x, 2), within([2, 3, 2], -2, 2)],
  ],
  unsortedSegmentSum: [
    [x => tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1, 3], 'int32'), 4), [4]],
    [x => tf.unsortedSegmentSum(x, tf.tensor1d([2, 0, 2], 'int32'), 3), [3, 2]],
    [x => tf.unsortedSegmentSum(x, tf.tensor1d([0, -1, 1], 'int32'), 2), [3, 2, 2]],
  ],
  movingAverage: [
    [(v, x) => tf.movingAverage(v, x, 0.9, undefined, false), [3], [3]],
    [(v, x) => tf.movingAverage(v, x, 0.9, 2), [2, 3], [2, 3]],
  ],
}
