/** Weights of classes, and rows that do not count. */
import { DlError, showShape, showValue } from '@dl/core'
import {
  cast,
  equal,
  mul,
  notEqual,
  range,
  reciprocal,
  reshape,
  scalar,
  sum,
  Tensor,
  tensor,
} from '@tensorflow/tfjs-core'
import { checkNumbers } from '../checks'

/** One for each class, as numbers or float32 [C]. */
export type ClassWeights = Tensor | readonly number[]

/** As a tensor [C]; one made here is tidied with what is around it. */
export function weightsOf(loss: string, weight: ClassWeights, classes: number): Tensor {
  if (weight instanceof Tensor) {
    if (weight.dtype === 'float32' && weight.rank === 1 && weight.size === classes) return weight
    throw new DlError('shape-mismatch', {
      problem: `${loss} got weights of ${weight.dtype} ${showShape(weight.shape)} for ${classes} classes`,
      expected: `float32 [${classes}]`,
    })
  }
  if (!Array.isArray(weight) || weight.length !== classes) {
    throw new DlError('bad-option', {
      problem: `${loss} got weight ${showValue(weight)} for ${classes} classes`,
      expected: `${classes} numbers, or a tensor [${classes}]`,
    })
  }
  weight.forEach((value, i) => {
    checkNumbers(loss, { [`weight[${i}]`]: value }, 'a number of at least 0', n => n >= 0)
  })
  return tensor(weight as number[])
}

/** One-hot rows; of a label outside the classes nothing is hot. */
export const hotRows = (labels: Tensor, classes: number): Tensor =>
  equal(reshape(labels, [-1, 1]), range(0, classes, 1, 'int32'))

/** 1 for each row that counts, else 0. */
export const counted = (labels: Tensor, ignoreIndex: number): Tensor =>
  cast(notEqual(labels, scalar(ignoreIndex, 'int32')), 'float32')

/** The mean of rows with these weights. Not div(x, n): WebGL's has 0 / 0 = 1, which hides an empty batch. */
export const weightedMean = (rows: Tensor, weights: Tensor): Tensor =>
  mul(sum(rows), reciprocal(sum(weights)))
