/** A net that diverged shows it: what is computed from NaN is NaN, on every backend. */
import { batchNorm, clipScale, crossEntropy } from '@dl/core'
import * as tf from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
const vector = (...values: number[]) => tf.tensor1d(values)
const rows = (...values: number[][]) => tf.tensor2d(values)

/** Each of these maps its elements one by one. */
const unary: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  acosh: (x: tf.Tensor) => tf.acosh(tf.add(x, 1)),
  ...{ abs: tf.abs, asinh: tf.asinh, atan: tf.atan, atanh: tf.atanh },
  ...{ acos: tf.acos, asin: tf.asin, ceil: tf.ceil, cos: tf.cos, cosh: tf.cosh, erf: tf.erf },
  ...{ elu: tf.elu, exp: tf.exp, expm1: tf.expm1, floor: tf.floor, log: tf.log, log1p: tf.log1p },
  ...{ logSigmoid: tf.logSigmoid, neg: tf.neg, reciprocal: tf.reciprocal, relu: tf.relu },
  ...{ relu6: tf.relu6, round: tf.round, rsqrt: tf.rsqrt, selu: tf.selu, sigmoid: tf.sigmoid },
  ...{ sin: tf.sin, sinh: tf.sinh, softplus: tf.softplus, sqrt: tf.sqrt },
  ...{ square: tf.square, tan: tf.tan, tanh: tf.tanh },
  leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x, 0.1),
  clipByValue: (x: tf.Tensor) => tf.clipByValue(x, -1, 1),
  prelu: (x: tf.Tensor) => tf.prelu(x, tf.scalar(0.1)),
  pow: (x: tf.Tensor) => tf.pow(x, 2),
  mul: (x: tf.Tensor) => tf.mul(x, 0),
  div: (x: tf.Tensor) => tf.div(1, x),
  maximum: (x: tf.Tensor) => tf.maximum(x, 0),
  minimum: (x: tf.Tensor) => tf.minimum(x, 0),
  cumsum: tf.cumsum,
}

/** Each of these takes rows together. */
const ofRows: Record<string, (x: tf.Tensor, axis?: number) => tf.Tensor> = {
  ...{ sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod },
  ...{ logSumExp: tf.logSumExp },
}

const ofElements: Record<string, (x: tf.Tensor) => tf.Tensor> = {
  softmax: tf.softmax,
  logSoftmax: tf.logSoftmax,
}

/** Which values are NaN, and nothing is left behind. */
async function nans(f: () => tf.Tensor): Promise<boolean[]> {
  const result = tf.tidy(f)
  const values = await result.data()
  result.dispose()
  return Array.from(values, value => Number.isNaN(value))
}

describe('NaN stays NaN', () => {
  it.each(Object.entries(unary))('%s', async (_, f) => {
    expect(await nans(() => f(vector(0.5, nan)))).toEqual([false, true])
    // five, as some programs take four at once
    expect(await nans(() => f(vector(nan, 0.5, nan, 0.5, nan)))).toContain(true)
  })

  it.each(Object.entries(ofRows))('%s', async (_, f) => {
    const values = () => rows([1, nan, 2], [1, 3, 2], [nan, 1, 2], [1, 2, nan])
    expect(await nans(() => f(values(), 1))).toEqual([true, false, true, true])
    expect(await nans(() => f(values(), 0))).toEqual([true, true, true])
    expect(await nans(() => f(tf.fill([5000], nan)))).toEqual([true])
  })

  it.each(Object.entries(ofElements))('%s, in the whole row', async (_, f) => {
    const result = () => f(rows([1, nan, 2], [1, 3, 2], [nan, 1, 2], [1, infinity, 2]))
    const [t, no] = [true, false]
    const expected = [...[t, t, t], ...[no, no, no], ...[t, t, t]]
    expect((await nans(result)).slice(0, 9)).toEqual(expected)
  })

  it('products', async () => {
    const a = () => rows([1, nan], [1, 2])
    expect(await nans(() => tf.matMul(a(), rows([1, 0], [0, 1])))).toEqual([
      ...[true, true],
      ...[false, false],
    ])
    const picture = () => tf.reshape(vector(1, 2, nan, 4), [1, 2, 2, 1]) as tf.Tensor4D
    const filter = () => tf.ones([1, 1, 1, 1]) as tf.Tensor4D
    const conv = () => tf.conv2d(picture(), filter(), 1, 'valid')
    expect(await nans(conv)).toEqual([false, false, true, false])
    // tfjs's own passes over it
    const max = await nans(() => tf.maxPool(picture(), 2, 1, 'valid'))
    expect(max).toEqual([tf.getBackend() !== 'cpu'])
    expect(await nans(() => tf.avgPool(picture(), 2, 1, 'valid'))).toEqual([true])
  })

  it('losses, norms and the scale of a clipped gradient', async () => {
    const labels = () => tf.tensor1d([0, 1], 'int32')
    const loss = () => crossEntropy(rows([1, nan, 2], [1, 2, 3]), labels())
    expect(await nans(loss)).toEqual([true])
    const norm = () => {
      const [gamma, beta] = [tf.ones([2]), tf.zeros([2])] as tf.Tensor[]
      return batchNorm(rows([1, nan], [2, 3]), { gamma: gamma!, beta: beta! }).output
    }
    expect(await nans(norm)).toEqual([false, true, false, true])
    expect(await nans(() => clipScale([vector(1, nan)], 1))).toEqual([true])
  })
})
