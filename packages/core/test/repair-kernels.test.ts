import { DlError, logSoftmax, logSumExp, repairKernels, softmax } from '@dl/core'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'

beforeAll(() => repairKernels(tf.getBackend()))

/** Shape and numbers of what `f` makes. */
async function made(f: () => tf.Tensor): Promise<[number[], number[]]> {
  const y = tf.tidy(f)
  const data = Array.from(await y.data())
  y.dispose()
  return [y.shape, data]
}

it('sums products over dimensions of only one factor', async () => {
  const a = () => tf.tensor([1, 2, 3, 4, 5, 6], [2, 3])
  const b = () => tf.tensor([1, 10, 100])
  expect(await made(() => tf.einsum('ij,j->', a(), b()))).toEqual([[], [321 + 654]])
  expect(await made(() => tf.einsum('ab,cb->c', a(), a()))).toEqual([[2], [46, 109]])
  expect(await made(() => tf.einsum('ij->j', a()))).toEqual([[3], [5, 7, 9]])
  expect(await made(() => tf.einsum('ij->ij', a()))).toEqual([
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ])
  expect(() => tf.tidy(() => tf.einsum('ij,k->i', a(), b(), b()))).toThrow(
    'Expected 2 input tensors',
  )
})

it('convolves and pools volumes whose windows are smaller than the stride', async () => {
  const line = () => tf.reshape(tf.range(1, 7), [1, 6, 1, 1, 1]) as tf.Tensor5D
  const one = () => tf.ones([1, 1, 1, 1, 1]) as tf.Tensor5D
  const strides: [number, number, number] = [3, 1, 1]
  const first = [1, 4]
  expect((await made(() => tf.conv3d(line(), one(), strides, 'same')))[1]).toEqual(first)
  expect((await made(() => tf.maxPool3d(line(), 1, strides, 'same')))[1]).toEqual(first)
  expect((await made(() => tf.avgPool3d(line(), 1, strides, 'same')))[1]).toEqual(first)
  const back = () =>
    tf.conv3dTranspose(
      tf.reshape(tf.tensor1d([1, 4]), [1, 2, 1, 1, 1]) as tf.Tensor5D,
      one(),
      [1, 6, 1, 1, 1],
      strides,
      'same',
    )
  expect((await made(back))[1]).toEqual([1, 0, 0, 4, 0, 0])
})

it('sums up along negative axes', async () => {
  expect((await made(() => tf.cumsum(tf.ones([2, 2, 1]), -2)))[1]).toEqual([1, 2, 1, 2])
  expect((await made(() => tf.cumprod(tf.fill([2, 2, 1], 3), -3)))[1]).toEqual([3, 3, 9, 9])
})

it('updates a copy, not the tensor it was given', async () => {
  const x = tf.tensor1d([1, 2, 3])
  const write = () =>
    tf.tensorScatterUpdate(x, tf.tensor2d([[1]], [1, 1], 'int32') as never, tf.tensor1d([9]))
  expect((await made(write))[1]).toEqual([1, 9, 3])
  expect([...(await x.data())]).toEqual([1, 2, 3])
  x.dispose()
})

it('refuses a backend that is not there', () => {
  expect(() => repairKernels('abacus')).toThrowErrorMatchingInlineSnapshot(
    `[DlError: there are no kernels of a backend 'abacus'; expected a backend that is loaded. Import its package before, '@tensorflow/tfjs-backend-cpu' for 'cpu'.]`,
  )
  expect(() => repairKernels('abacus')).toThrow(DlError)
})

it('knows softmax along any axis', async () => {
  const x = () => tf.tensor([0, 5, Math.log(3), 5], [2, 2, 1])
  const [shape, values] = await made(() => softmax(x(), 0))
  expect(shape).toEqual([2, 2, 1])
  for (const [i, value] of [0.25, 0.5, 0.75, 0.5].entries()) expect(values[i]).toBeCloseTo(value, 6)
  const logs = (await made(() => tf.exp(logSoftmax(x(), -3))))[1]
  for (const [i, value] of [0.25, 0.5, 0.75, 0.5].entries()) expect(logs[i]).toBeCloseTo(value, 6)
})

it('sums exponentials of infinite numbers', async () => {
  const x = () =>
    tf.tensor([
      [-Infinity, -Infinity],
      [Infinity, 0],
      [0, -Infinity],
    ])
  expect(await made(() => logSumExp(x(), 1))).toEqual([[3], [-Infinity, Infinity, 0]])
  expect(await made(() => logSumExp(x(), 1, true))).toEqual([
    [3, 1],
    [-Infinity, Infinity, 0],
  ])
  expect((await made(() => logSumExp(tf.tensor([1000, 1000]))))[1]).toEqual([
    Math.fround(1000 + Math.log(2)),
  ])
})
