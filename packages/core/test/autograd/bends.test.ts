/** Where an operation bends or jumps there is no slope: PyTorch's values, or those made by hand. */
import { valueAndGrads } from '@dl/core'
import * as tf from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

/** The gradients of the sum of f, weighted by 1, 2, 3, … */
async function gradients(
  f: (...xs: tf.Tensor[]) => tf.Tensor,
  ...values: (number | number[] | number[][])[]
): Promise<number[][]> {
  const xs = values.map(value => tf.tensor(value as number[]))
  const step = valueAndGrads(() => {
    const y = f(...xs)
    return tf.sum(tf.mul(y, tf.reshape(tf.range(1, y.size + 1), y.shape)))
  }, xs)
  const read = await Promise.all(step.grads.map(gradient => gradient!.data()))
  step.dispose()
  tf.dispose(xs)
  // + 0 makes 0 of -0
  return read.map(data => Array.from(data, value => value + 0))
}

it('of the largest and smallest, equal ones share alike', async () => {
  const x = [
    [3, 1, 3],
    [2, 2, 2],
  ]
  const third = Math.fround(2 / 3)
  expect(await gradients(x => tf.max(x, 1), x)).toEqual([[0.5, 0, 0.5, third, third, third]])
  expect(await gradients(x => tf.min(x, 0, true), x)).toEqual([[0, 2, 0, 1, 0, 3]])
  expect(await gradients(x => tf.max(x), x)).toEqual([[0.5, 0, 0.5, 0, 0, 0]])
  expect(await gradients(tf.maximum, [1, 2, 3], [2, 2, 2])).toEqual([
    [0, 1, 3],
    [1, 1, 0],
  ])
  expect(await gradients(tf.minimum, [1, 2, 3], 2)).toEqual([[1, 1, 0], [4]])
})

it('of maxima in windows the first gets all', async () => {
  const flat = [[1, 1, 1, 1].map(() => 1), [1, 1, 1, 1]]
  const pooled = (x: tf.Tensor) => tf.maxPool(tf.reshape(x, [1, 2, 4, 1]) as tf.Tensor4D, 2, 2, 0)
  expect(await gradients(pooled, flat)).toEqual([[1, 0, 2, 0, 0, 0, 0, 0]])
  const volumes = (x: tf.Tensor) =>
    tf.maxPool3d(tf.reshape(x, [1, 2, 2, 2, 1]) as tf.Tensor5D, [2, 1, 2], 1, 'valid')
  expect(await gradients(volumes, flat)).toEqual([[1, 0, 2, 0, 0, 0, 0, 0]])
})

it('of norms, 0 at 0', async () => {
  expect(await gradients(x => tf.norm(x), [0, 0])).toEqual([[0, 0]])
  const [slopes] = await gradients(x => tf.euclideanNorm(x), [3, 4])
  expect(slopes![0]).toBeCloseTo(0.6, 6)
  expect(slopes![1]).toBeCloseTo(0.8, 6)
  const rows = [
    [0, 0],
    [0, -2],
  ]
  expect(await gradients(x => tf.norm(x, 2, 1), rows)).toEqual([[0, 0, 0, -2]])
  expect(await gradients(x => tf.norm(x, 'fro', [0, 1]), [[0, 0]])).toEqual([[0, 0]])
  expect(await gradients(x => tf.norm(x), 0)).toEqual([[0]])
  expect(await gradients(tf.sqrt, [0])).toEqual([[Infinity]])
})

it('of functions with a corner', async () => {
  expect(await gradients(tf.abs, [-1, 0, 1])).toEqual([[-1, 0, 3]])
  expect(await gradients(tf.relu, [-1, 0, 1])).toEqual([[0, 0, 3]])
  expect(await gradients(tf.relu6, [0, 3, 6])).toEqual([[0, 2, 0]])
  expect(await gradients(x => tf.leakyRelu(x, 0.5), [-1, 0])).toEqual([[0.5, 1]])
  expect(await gradients(x => tf.clipByValue(x, 0, 1), [-1, 0, 1, 2])).toEqual([[0, 2, 3, 0]])
})

it('of powers and products of 0', async () => {
  expect(await gradients(x => tf.pow(x, 0), [0, 2])).toEqual([[0, 0]])
  expect(await gradients(x => tf.pow(x, 1), [0, 2])).toEqual([[1, 2]])
  expect(await gradients(x => tf.prod(x), [2, 0, 3])).toEqual([[0, 6, 0]])
  expect(await gradients(x => tf.prod(x), [0, 0, 3])).toEqual([[0, 0, 0]])
  // 2, 0, 0 weighted by 1, 2, 3: 1 + 0 + 0, 2·2 + 3·2·3, 0
  expect(await gradients(x => tf.cumprod(x, 0), [2, 0, 3])).toEqual([[1, 22, 0]])
})

it('of a choice, nothing of the other side, however large its slope', async () => {
  const safe = (x: tf.Tensor) => tf.where(tf.greater(x, 0), tf.log(x), tf.zerosLike(x))
  expect(await gradients(safe, [2, 4])).toEqual([[0.5, 0.5]])
  const steep = (x: tf.Tensor) => tf.sqrt(tf.where(tf.greater(x, 0), x, tf.zerosLike(x)))
  expect(await gradients(steep, [-1, 4])).toEqual([[0, 0.5]])
})

it('of mirrored edges, whose elements are seen twice', async () => {
  const pad = (mode: 'reflect' | 'symmetric') => (x: tf.Tensor) => tf.mirrorPad(x, [[1, 1]], mode)
  expect(await gradients(pad('reflect'), [1, 2, 3])).toEqual([[2, 9, 4]])
  expect(await gradients(pad('symmetric'), [1, 2, 3])).toEqual([[3, 3, 9]])
})

it('of what is written twice to one place, for the one that stays', async () => {
  const write = (x: tf.Tensor, updates: tf.Tensor) =>
    tf.tensorScatterUpdate(
      x as tf.Tensor1D,
      tf.tensor2d([[1], [1]], [2, 1], 'int32') as never,
      updates,
    )
  expect(await gradients(write, [1, 2, 3], [5, 6])).toEqual([
    [1, 0, 3],
    [0, 2],
  ])
})

it('of the length of a complex number, 0 at 0', async () => {
  const length = (re: tf.Tensor, im: tf.Tensor) => tf.abs(tf.complex(re, im))
  expect(await gradients(length, [0, 3], [0, -4])).toEqual(
    [
      [0, 2 * 0.6],
      [0, -2 * 0.8],
    ].map(part => part.map(Math.fround)),
  )
})

it('passes over no NaN: a window of maxPool shows it, argMax says where', async context => {
  context.skip(
    tf.getBackend() === 'cpu',
    'tfjs passes over them, and its CPU backend is left as it is',
  )
  const line = [1, Number.NaN, 3, 9, 2, 5]
  const [windows, place] = tf.tidy(() => [
    tf.maxPool(tf.tensor4d(line, [1, 1, 6, 1]), [1, 2], 2, 'valid'),
    tf.argMax(tf.tensor2d([...line, 4, 4, Number.NaN, 1, Number.NaN, Infinity], [2, 6]), 1),
  ])
  expect([...(await windows!.data())]).toEqual([Number.NaN, 9, 5])
  expect([...(await place!.data())]).toEqual([1, 2])
  tf.dispose([windows!, place!])
})
