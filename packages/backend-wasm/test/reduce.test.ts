import { logSoftmax, max, mean, softmax, sum } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectClose, expectLikeCpu, floats, ints, random, results, useWasm } from './helpers'

beforeAll(useWasm)

const cases: [number[], number | number[] | undefined][] = [
  [[], undefined],
  [[1], 0],
  [[67], 0],
  [[5, 9], 0],
  [[5, 9], 1],
  [[5, 9], undefined],
  [[5, 9], -1],
  [
    [3, 4, 5],
    [0, 2],
  ],
  [[3, 4, 5], 1],
  [
    [2, 3, 4, 5],
    [0, 1, 2],
  ],
  [
    [2, 3, 4, 5],
    [1, 3],
  ],
  [[7, 1, 3], 1],
  [[0, 3], 0],
  [[3, 0], 0],
  [[130, 39], 0],
  [[2, 70, 21], 1],
]

describe.each(Object.entries({ sum, mean, max }))('%s', (name, op) => {
  it('reduces any axes as tfjs-cpu does', async () => {
    for (const [shape, axis] of cases) {
      if (name === 'max' && shape.includes(0)) continue
      for (const keepDims of [false, true]) {
        await expectLikeCpu(x => op(x, axis, keepDims), [floats(...shape)])
      }
    }
  })

  it('leaves integers to tfjs', async () => {
    await expectLikeCpu(x => op(x, 0), [ints(9, 4, 3)])
  })
})

it('sums a million numbers to float32 precision', () => {
  const values = random(1_000_003).map(x => x + 1)
  const exact = values.reduce((a, b) => a + b, 0)
  const [got] = results(x => sum(x), [{ values, shape: [values.length], dtype: 'float32' }])
  expect(Math.abs(got!.values[0]! / exact - 1)).toBeLessThan(2e-7)
  const column = { values, shape: [values.length, 1], dtype: 'float32' as const }
  const [rows] = results(x => sum(x, 0), [column])
  expect(rows!.values[0]).toBe(got!.values[0])
})

it('max gives NaN where there is one', () => {
  const [got] = results(
    x => max(x, 1),
    [{ values: [1, NaN, 3, 4, 5, 6], shape: [2, 3], dtype: 'float32' }],
  )
  expectClose(got!.values, [NaN, 6])
})

describe('softmax', () => {
  it.each([[[1]], [[3, 1]], [[5, 56]], [[2, 3, 9]], [[0, 4]]])('of shape %j', async shape => {
    await expectLikeCpu(x => softmax(x), [floats(...shape)])
    await expectLikeCpu(x => logSoftmax(x), [floats(...shape)])
  })

  it('survives large logits', async () => {
    await expectLikeCpu(
      x => softmax(x),
      [{ values: [1000, 999, -1000, 0, 1e-3], shape: [1, 5], dtype: 'float32' }],
    )
  })
})
