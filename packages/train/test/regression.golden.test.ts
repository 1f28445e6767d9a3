/** mae, rmse and r2 over batches of several sizes, beside NumPy's in float64 over the whole set. */
import { Identity } from '@dl/layers'
import { type CountMetric, evaluate, mae, r2, rmse } from '@dl/train'
import { mean, square, sub, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { readFixture } from '../../../scripts/golden'

interface Case {
  outputs: number[]
  targets: number[]
  shape: number[]
  mae: number
  rmse: number
  r2: number
}

const meanSquare = (y: Tensor, t: Tensor) => mean(square(sub(y, t)))

/** Batches of these many rows, and one of the rest. */
function loaderOf({ outputs, targets, shape }: Omit<Case, 'mae' | 'rmse' | 'r2'>, sizes: number[]) {
  const [rows, ...rest] = shape
  const width = rest[0] ?? 1
  const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0))
  const part = (values: number[], from: number, to: number) =>
    tensor(values.slice(from * width, to * width), [to - from, ...rest])
  return {
    length: sizes.length + 1,
    async *[Symbol.asyncIterator]() {
      for (const [i, end] of [...ends, rows!].entries()) {
        const from = ends[i - 1] ?? 0
        const [y, t] = [part(outputs, from, end), part(targets, from, end)]
        yield { inputs: [y], target: t, items: end - from }
      }
    },
  }
}

const metrics = [mae, rmse, r2]

describe.each(readFixture<Case[]>(import.meta.url, 'regression'))('$shape, r2 $r2', one => {
  it.each([[[]], [[1]], [[7, 1, 8]], [[1, 1, 1, 1, 15]]])(
    'in batches of %j and the rest',
    async sizes => {
      const { metrics: found } = await evaluate(new Identity(), loaderOf(one, sizes), meanSquare, {
        metrics,
      })
      for (const name of ['mae', 'rmse', 'r2'] as const) {
        expect(found[name]! / one[name]).toBeCloseTo(1, 5)
      }
    },
  )
})

const of = async (metric: CountMetric, y: number[][], t: number[][]): Promise<number> => {
  const [output, target] = [tensor(y), tensor(t)]
  const counts = metric.counts(output, target)
  const value = metric.finish([...(await counts.data())])
  for (const one of [output, target, counts]) one.dispose()
  return value
}

it('r2 as scikit-learn: of a column of equal targets, of one row, of outputs worse than the mean', async () => {
  expect(await of(r2, [[5], [5]], [[5], [5]])).toBe(1)
  expect(await of(r2, [[5], [6]], [[5], [5]])).toBe(0)
  expect(
    await of(
      r2,
      [
        [5, 1],
        [5, 3],
      ],
      [
        [5, 1],
        [5, 2],
      ],
    ),
  ).toBe(0)
  expect(await of(r2, [[1]], [[1]])).toBeNaN()
  expect(await of(r2, [[3], [2], [1]], [[1], [2], [3]])).toBe(-3)
})

it('an empty batch counts nothing, a NaN shows', async () => {
  const empty = zeros([0, 2])
  for (const metric of metrics) {
    const counts = metric.counts(empty, empty)
    expect([...(await counts.data())].every(sum => sum === 0)).toBe(true)
    expect(metric.finish([...(await counts.data())])).toBeNaN()
    counts.dispose()
    expect(await of(metric, [[1], [Number.NaN]], [[1], [2]])).toBeNaN()
  }
  empty.dispose()
  const sums = [2, 5, 1, 3, 0.5]
  expect(r2.merge([0, 0, 0, 0, 0], sums)).toEqual(sums)
  expect(r2.merge(sums, [0, 0, 0, 0, 0])).toEqual(sums)
})

it.each(metrics.map(metric => [metric.name, metric] as const))(
  '%s refuses what would broadcast',
  (name, metric) => {
    const [output, target] = [zeros([4, 1]), zeros([4])]
    expect(() => metric.counts(output, target)).toThrow(
      expect.objectContaining({
        code: 'shape-mismatch',
        message: `${name} got outputs of shape [4, 1] and targets of [4]; expected a target for each output, in the same shape. Where they differ by a dimension of 1, reshape the targets: reshape(target, [-1, 1]).`,
      }),
    )
    output.dispose()
    target.dispose()
  },
)
