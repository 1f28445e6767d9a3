/** Normalisation of values far from 0, forward and backward, against float64. */
import { Generator, valueAndGrads } from '@dl/core'
import { BatchNorm1d, BatchNorm2d, LayerNorm, type Module } from '@dl/layers'
import { keep, mul, sum, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { relativeError } from '../../../scripts/golden'

const [ROWS, COLUMNS] = [48, 40]

/** x and dy [48, 40] around `mean`, as float32 has them. */
function given(mean: number) {
  const random = new Generator(3)
  const size = ROWS * COLUMNS
  return { x: random.normal(size, mean), dy: random.normal(size) }
}

/** Normalises each group of indices in float64: outputs, and the gradient of Σ y · dy. */
function reference(x: Float32Array, dy: Float32Array, groups: number[][], eps = 1e-5) {
  const [y, dx] = [new Float64Array(x.length), new Float64Array(x.length)]
  for (const group of groups) {
    const average = (f: (i: number) => number) =>
      group.reduce((total, i) => total + f(i), 0) / group.length
    const mean = average(i => x[i]!)
    const deviation = Math.sqrt(average(i => (x[i]! - mean) ** 2) + eps)
    for (const i of group) y[i] = (x[i]! - mean) / deviation
    const [flow, along] = [average(i => dy[i]!), average(i => dy[i]! * y[i]!)]
    for (const i of group) dx[i] = (dy[i]! - flow - y[i]! * along) / deviation
  }
  return { y, dx }
}

const byRow = Array.from({ length: ROWS }, (_, r) =>
  Array.from({ length: COLUMNS }, (_, c) => r * COLUMNS + c),
)
const byColumn = Array.from({ length: COLUMNS }, (_, c) =>
  Array.from({ length: ROWS }, (_, r) => r * COLUMNS + c),
)

const cases: [string, () => Module, number[], number[][]][] = [
  ['LayerNorm', () => new LayerNorm(COLUMNS), [ROWS, COLUMNS], byRow],
  ['BatchNorm1d', () => new BatchNorm1d(COLUMNS), [ROWS, COLUMNS], byColumn],
  ['BatchNorm2d', () => new BatchNorm2d(COLUMNS), [3, 4, 4, COLUMNS], byColumn],
]

it.each(
  cases.flatMap(([name, ...rest]) => [0, 1000, -3e4].map(mean => [name, mean, ...rest] as const)),
)('%s keeps its digits around a mean of %d', async (_, mean, make, shape, groups) => {
  const values = given(mean)
  const norm = make()
  const [x, dy] = [tensor(values.x, shape), tensor(values.dy, shape)]
  let output: Tensor | undefined
  const step = valueAndGrads(() => {
    output = keep(norm.call(x))
    return sum(mul(output, dy))
  }, [x])
  const expected = reference(values.x, values.dy, groups)
  expect(relativeError(await output!.data(), expected.y)).toBeLessThan(3e-6)
  expect(relativeError(await step.grads[0]!.data(), expected.dx)).toBeLessThan(3e-6)
  step.dispose()
  for (const owner of [x, dy, output!, norm]) owner.dispose()
})
