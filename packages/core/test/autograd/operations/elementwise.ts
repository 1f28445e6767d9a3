/** Operations on each element by itself, alone and in pairs. */
import * as tf from '@tensorflow/tfjs-core'
import { type Check, type Operation, within } from '../differences'

/** A function of one tensor, at several ranks. */
const alone = (operation: Operation, from = -1.8, to = 1.9): Check[] =>
  [[], [5], [2, 3], [1, 2, 1, 2, 2]].map(shape => [operation, within(shape, from, to)])

/** A function of two tensors, broadcast either way. */
const pair = (operation: Operation, ...ranges: [number, number][]): Check[] =>
  (
    [
      [
        [2, 3],
        [2, 3],
      ],
      [[2, 3], [3]],
      [[3], [2, 3]],
      [
        [2, 1, 3],
        [4, 1],
      ],
      [[], [2, 2]],
      [[1, 1], [3]],
    ] as const
  ).map(shapes => {
    const inputs = shapes.map((shape, i) => {
      const [from, to] = ranges[i] ?? []
      return { shape: [...shape], from, to }
    })
    return [operation, ...inputs]
  })

export const elementwise: Record<string, Check[]> = {
  abs: alone(tf.abs),
  acos: alone(tf.acos, -0.8, 0.8),
  acosh: alone(tf.acosh, 1.3, 3),
  add: pair(tf.add),
  addN: [[(...xs) => tf.addN(xs), [2, 3], [2, 3], [2, 3]]],
  asin: alone(tf.asin, -0.8, 0.8),
  asinh: alone(tf.asinh),
  atan: alone(tf.atan),
  atan2: pair(tf.atan2, [0.5, 2], [-2, -0.5]),
  atanh: alone(tf.atanh, -0.8, 0.8),
  ceil: alone(tf.ceil),
  clipByValue: alone(x => tf.clipByValue(x, -0.5, 0.7)),
  cos: alone(tf.cos),
  cosh: alone(tf.cosh),
  div: pair(tf.div, [-2, 2], [0.5, 2]),
  divNoNan: pair(tf.divNoNan, [-2, 2], [0.5, 2]),
  elu: alone(tf.elu),
  erf: alone(tf.erf),
  exp: alone(tf.exp),
  expm1: alone(tf.expm1),
  floor: alone(tf.floor),
  leakyRelu: alone(x => tf.leakyRelu(x, 0.3)),
  log: alone(tf.log, 0.5, 3),
  log1p: alone(tf.log1p, -0.5, 2),
  logSigmoid: alone(tf.logSigmoid),
  maximum: pair(tf.maximum),
  minimum: pair(tf.minimum),
  mod: [...pair(tf.mod, [2.3, 2.6], [0.9, 1.1]), ...pair(tf.mod, [-2.6, -2.3], [0.9, 1.1])],
  mul: pair(tf.mul),
  neg: alone(tf.neg),
  pow: [
    ...pair(tf.pow, [0.5, 2], [-2, 2]),
    ...alone(x => tf.pow(x, 3)),
    ...alone(x => tf.pow(x, tf.scalar(2, 'int32'))),
  ],
  prelu: pair(tf.prelu),
  reciprocal: alone(tf.reciprocal, 0.5, 2),
  relu: alone(tf.relu),
  relu6: [...alone(tf.relu6), ...alone(tf.relu6, 5.1, 7)],
  round: alone(tf.round, 0.6, 1.4),
  rsqrt: alone(tf.rsqrt, 0.5, 2),
  selu: alone(tf.selu),
  sigmoid: alone(tf.sigmoid),
  sign: alone(tf.sign),
  sin: alone(tf.sin),
  sinh: alone(tf.sinh),
  softplus: alone(tf.softplus),
  sqrt: alone(tf.sqrt, 0.5, 2),
  square: alone(tf.square),
  squaredDifference: pair(tf.squaredDifference),
  step: alone(x => tf.step(x, 0.2)),
  sub: pair(tf.sub),
  tan: alone(tf.tan, -1, 1),
  tanh: alone(tf.tanh),
  where: [
    [(a, b) => tf.where(tf.tensor([1, 0, 1], [3], 'bool'), a, b), [3], [3]],
    [(a, b) => tf.where(tf.tensor([1, 0], [2, 1], 'bool'), a, b), [2, 3], [3]],
    [(a, b) => tf.where(tf.tensor([1, 0, 1, 1], [4, 1, 1], 'bool'), a, b), [3], [2, 1]],
    [x => tf.where(tf.greater(x, 0), x, tf.zerosLike(x)), [2, 3]],
  ],
  cast: [[x => tf.cast(x, 'float32'), [2, 3]]],
  clone: [[tf.clone, [2, 3]]],
  // zeros are the gradients of what does not change
  onesLike: [[tf.onesLike, [2, 3]]],
  zerosLike: [[tf.zerosLike, [2, 3]]],
  dropout: [
    [x => tf.dropout(x, 0.4, undefined, 5), [4, 3]],
    [x => tf.dropout(x, 0.4, [4, 1], 5), [4, 3]],
  ],
}
