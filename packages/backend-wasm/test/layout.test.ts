import {
  concat,
  gather,
  pad,
  slice,
  split,
  stack,
  type Tensor,
  tile,
  transpose,
  unsortedSegmentSum,
  unstack,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectLikeCpu,
  fallbacksOf,
  floats,
  ints,
  results,
  useWasm,
  type Value,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

const exact = (f: (...xs: Tensor[]) => Tensor | Tensor[], inputs: Value[]) =>
  expectLikeCpu(f, inputs, 0)

describe('transpose', () => {
  it.each([
    [
      [5, 9],
      [1, 0],
    ],
    [
      [67, 130],
      [1, 0],
    ],
    [
      [1, 7],
      [1, 0],
    ],
    [
      [3, 5, 7],
      [0, 2, 1],
    ],
    [
      [3, 5, 7],
      [2, 1, 0],
    ],
    [
      [3, 5, 7],
      [1, 0, 2],
    ],
    [
      [2, 3, 4, 5],
      [0, 2, 1, 3],
    ],
    [
      [2, 3, 4, 5],
      [3, 1, 2, 0],
    ],
    [
      [2, 3, 2, 3, 2, 3],
      [5, 4, 3, 2, 1, 0],
    ],
    [
      [0, 4],
      [1, 0],
    ],
  ])('%j by %j', async (shape, perm) => {
    await exact(x => transpose(x, perm), [floats(...shape)])
  })
})

describe('slice', () => {
  it.each([
    [[9], [2], [5]],
    [
      [5, 9],
      [1, 0],
      [3, 9],
    ],
    [
      [5, 9],
      [0, 2],
      [5, 3],
    ],
    [
      [3, 4, 5],
      [1, 1, 1],
      [2, 2, 2],
    ],
    [
      [3, 4, 5],
      [0, 0, 4],
      [-1, -1, 1],
    ],
    [
      [2, 3, 4, 5, 6],
      [0, 1, 0, 1, 0],
      [2, 1, 3, 2, 5],
    ],
    [[4], [4], [0]],
  ])('%j from %j, size %j', async (shape, begin, size) => {
    await exact(x => slice(x, begin, size), [floats(...shape)])
  })

  it('refuses what lies outside as tfjs does', () => {
    expect(() => results(x => slice(x, [3], [4]), [floats(5)])).toThrow(/begin\[0\] \+ size\[0\]/)
  })
})

describe('joining and splitting', () => {
  it('concat', async () => {
    await exact((...xs) => concat(xs, 0), [floats(2, 3), floats(4, 3), floats(0, 3)])
    await exact((...xs) => concat(xs, 1), [floats(2, 3), floats(2, 1), floats(2, 70)])
    await exact((...xs) => concat(xs, -2), [floats(2, 3, 4), floats(2, 5, 4)])
    await exact((...xs) => concat(xs, 0), [floats(0, 3), floats(4, 3)])
    await exact((...xs) => concat(xs, 0), [floats(0, 3), floats(0, 3)])
    await exact((...xs) => concat(xs, 0), [ints(5, 2), ints(5, 3)])
  })

  it('stack and unstack', async () => {
    for (const axis of [0, 1, 2]) {
      await exact((...xs) => stack(xs, axis), [floats(2, 3), floats(2, 3), floats(2, 3)])
    }
    for (const axis of [0, 1, -1]) await exact(x => unstack(x, axis), [floats(3, 4, 5)])
  })

  it('split', async () => {
    await exact(x => split(x, 3, 1), [floats(4, 9)])
    await exact(x => split(x, [1, 3, 5], 0), [floats(9, 2)])
  })

  it('pad and tile', async () => {
    await exact(
      x =>
        pad(
          x,
          [
            [1, 2],
            [0, 3],
          ],
          7,
        ),
      [floats(4, 5)],
    )
    await exact(
      x =>
        pad(x, [
          [0, 0],
          [1, 1],
          [2, 0],
          [0, 0],
        ]),
      [floats(2, 3, 4, 5)],
    )
    await exact(x => tile(x, [3, 2]), [floats(4, 5)])
    await exact(x => tile(x, [64, 1]), [floats(1, 9)])
    await exact(x => tile(x, [2, 1, 3]), [floats(2, 1, 3)])
    await exact(x => tile(x, [0, 1]), [floats(2, 3)])
  })
})

describe('rows by index', () => {
  it('gather', async () => {
    await exact((x, i) => gather(x, i as never), [floats(9, 5), ints(9, 7)])
    await exact((x, i) => gather(x, i as never), [floats(9, 5, 3), ints(9, 2, 3)])
    await exact((x, i) => gather(x, i as never), [floats(9), ints(9, 4)])
    await exact((x, i) => gather(x, i as never), [ints(99, 9, 5), ints(9, 4)])
    await exact((x, i) => gather(x, i as never, 1), [floats(2, 9), ints(9, 4)])
  })

  it('gather refuses an index outside as tfjs does', () => {
    const index: Value = { values: [0, 9], shape: [2], dtype: 'int32' }
    expect(() => results((x, i) => gather(x, i as never), [floats(9, 5), index])).toThrow(
      'GatherV2: the index value 9 is not in [0, 8]',
    )
  })

  it('unsortedSegmentSum, leaving out ids that are no segment', async () => {
    const segments: Value = { values: [2, 0, 2, -1, 7, 1], shape: [6], dtype: 'int32' }
    const sum = (x: Tensor, i: Tensor) => unsortedSegmentSum(x, i as never, 4)
    await expectLikeCpu(sum, [floats(6, 5), segments])
    await expectLikeCpu(sum, [floats(6), segments])
  })
})

it('moves integers as it moves floats', async () => {
  const [a, b] = [ints(2 ** 30, 3, 5), ints(2 ** 30, 3, 5)]
  const f = (x: Tensor, y: Tensor) => [
    transpose(x),
    slice(x, [1, 2], [2, 3]),
    concat([x, y], 1),
    stack([x, y], 1),
    tile(x, [2, 3]),
    ...unstack(x, 1),
    ...split(y, [1, 4], 1),
  ]
  await exact(f, [a, b])
  expect(fallbacksOf(backend, () => results(f, [a, b]))).toEqual([])
})

it('moves without a CPU kernel', () => {
  const used = fallbacksOf(backend, () => {
    const [got] = results(x => concat([transpose(x), slice(transpose(x), 0, 2)]), [floats(4, 6)])
    expect(got!.shape).toEqual([8, 4])
  })
  expect(used).toEqual([])
})
