import { valueAndGrads } from '@dl/core'
import {
  argMax,
  cast,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalNot,
  mul,
  notEqual,
  sum,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectLikeCpu,
  fallbacksOf,
  floats,
  ints,
  results,
  toTensor,
  useWasm,
  type Value,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

const comparisons = { equal, notEqual, greater, greaterEqual, less, lessEqual }

/** Few different numbers, so that many are equal; every seventh is NaN. */
const coarse = (...shape: number[]): Value => {
  const { values } = ints(5, ...shape)
  const floats = Float32Array.from(values, (x, i) => (i % 7 === 3 ? Number.NaN : x / 2))
  return { values: floats, shape, dtype: 'float32' }
}
const bools = (...shape: number[]): Value => ({
  values: Uint8Array.from(ints(2, ...shape).values),
  shape,
  dtype: 'bool',
})

const shapes: [a: number[], b: number[]][] = [
  ...[[], [1], [3], [16], [67], [0], [5, 7]].map(shape => [shape, shape] as [number[], number[]]),
  ...([
    [[67], []],
    [[], [67]],
    [[1], [35]],
    [[5, 9], [9]],
    [
      [5, 1],
      [1, 9],
    ],
  ] as [number[], number[]][]),
  [
    [2, 3, 1, 5],
    [3, 4, 1],
  ],
  // over four loops
  [
    [2, 1, 2, 1, 2, 1],
    [1, 2, 1, 2, 1, 2],
  ],
]

describe.each(Object.entries(comparisons))('%s', (_, op) => {
  it('of floats and NaN is tfjs-cpu’s, whatever is broadcast', async () => {
    for (const [a, b] of shapes) {
      await expectLikeCpu((x, y) => op(x, y), [coarse(...a), coarse(...b)], 0)
    }
  })

  it('of integers too', async () => {
    const large: Value = { values: [2 ** 31 - 1, -(2 ** 31), 16777217], shape: [3], dtype: 'int32' }
    const next: Value = { values: [2 ** 31 - 2, 2 ** 31 - 1, 16777216], shape: [3], dtype: 'int32' }
    await expectLikeCpu((x, y) => op(x, y), [large, next], 0)
    for (const [a, b] of shapes) {
      await expectLikeCpu((x, y) => op(x, y), [ints(5, ...a), ints(5, ...b)], 0)
    }
  })
})

describe('what is made of their results', () => {
  it('where chooses floats and integers', async () => {
    const choose = (condition: Tensor, a: Tensor, b: Tensor) => where(condition, a, b)
    for (const shape of [[], [1], [4], [67], [3, 5], [0, 2]]) {
      await expectLikeCpu(choose, [bools(...shape), coarse(...shape), floats(...shape)], 0)
      await expectLikeCpu(choose, [bools(...shape), ints(9, ...shape), ints(9, ...shape)], 0)
    }
    await expectLikeCpu(choose, [bools(3, 1), floats(3, 4), floats(4)], 0)
  })

  it('where has tfjs’s gradients', async () => {
    const gradients = (condition: Tensor, a: Tensor, b: Tensor) => {
      const step = valueAndGrads(() => sum(mul(where(condition, a, b), a)), [a, b])
      return step.grads as Tensor[]
    }
    await expectLikeCpu(gradients, [bools(5, 7), floats(5, 7), floats(5, 7)])
  })

  it('logicalNot and cast', async () => {
    for (const n of [0, 1, 5, 16, 67]) {
      await expectLikeCpu(x => logicalNot(x), [bools(n)], 0)
      await expectLikeCpu(x => cast(x, 'float32'), [bools(n)], 0)
      await expectLikeCpu(x => cast(x, 'int32'), [bools(n)], 0)
      await expectLikeCpu(x => cast(x, 'float32'), [ints(2 ** 24, n)], 0)
    }
  })

  it('a tfjs kernel reads them', async () => {
    await expectLikeCpu((x, y) => cast(greater(x, y), 'int32'), [floats(67), floats(67)], 0)
    const [read] = results((x, y) => greater(x, y), [floats(3), floats(3)])
    expect(read!.dtype).toBe('bool')
    expect(read!.values.every(value => value === 0 || value === 1)).toBe(true)
  })
})

describe('argMax', () => {
  it('is the first NaN, if there is one', () => {
    const values = Float32Array.of(Infinity, 1, Number.NaN, 5, Number.NaN, Number.NaN)
    const x: Value = { values, shape: [3, 2], dtype: 'float32' }
    expect(results(x => argMax(x, 0), [x])[0]!.values).toEqual([1, 2])
  })

  it('is the first largest along any axis', async () => {
    for (const [shape, axis] of [
      [[7], 0],
      [[5, 10], -1],
      [[5, 10], 0],
      [[3, 4, 5], 1],
      [[3, 1], 1],
      [[0, 4], 1],
    ] as const) {
      const whole = ints(4, ...shape)
      const floats = Float32Array.from(whole.values)
      await expectLikeCpu(x => argMax(x, axis), [{ ...whole, values: floats, dtype: 'float32' }], 0)
      await expectLikeCpu(x => argMax(x, axis), [whole], 0)
    }
  })
})

it('runs without a CPU kernel', () => {
  const used = fallbacksOf(backend, () =>
    tidy(() => {
      const [scores, labels] = [toTensor(floats(5, 4)), toTensor(ints(4, 5))]
      const right = equal(argMax(scores, 1), labels)
      cast(right, 'float32')
      where(less(scores, 0), scores, mul(scores, 2))
      logicalNot(right)
    }),
  )
  expect(used).toEqual([])
})
