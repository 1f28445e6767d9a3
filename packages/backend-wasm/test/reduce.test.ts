import { logSoftmax, max, mean, softmax, sum } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectLikeCpu, floats, ints, random, results, useWasm } from './helpers'

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
  [
    [3, 9, 7, 37],
    [1, 2],
  ],
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

describe('max gives NaN where there is one, wherever it stands', () => {
  it.each([
    ['along rows', 1, 23, 1],
    ['along columns, in sixteens, fours and ones', 3, 5, 23],
  ])('%s', (_, outer, n, inner) => {
    for (let at = 0; at < outer * n * inner; at++) {
      const x = floats(outer, n, inner)
      const values = Float32Array.from(x.values, (value, i) => (i === at ? NaN : value))
      const [got] = results(t => max(t, 1), [{ ...x, values }])
      const [o, j] = [Math.floor(at / (n * inner)), at % inner]
      const odd = got!.values.flatMap((value, i) => (Number.isNaN(value) ? [i] : []))
      expect(odd).toEqual([o * inner + j])
    }
  })

  it('and -Infinity where all are', () => {
    const values = new Float32Array(2 * 9 * 21).fill(-Infinity)
    const [got] = results(x => max(x, 1), [{ values, shape: [2, 9, 21], dtype: 'float32' }])
    expect(new Set(got!.values)).toEqual(new Set([-Infinity]))
  })
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
