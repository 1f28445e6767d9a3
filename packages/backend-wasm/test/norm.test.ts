import { batchNorm as normalise, valueAndGrads } from '@dl/core'
import { batchNorm, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectLikeCpu,
  fallbacksOf,
  floats,
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

const positive = (...shape: number[]): Value => {
  const { values, dtype } = floats(...shape)
  return { values: Float32Array.from(values, x => Math.abs(x) + 0.1), shape, dtype }
}

describe('tfjs’s batchNorm', () => {
  const shapes = [
    [2, 3, 5, 7],
    [1, 1, 1, 1],
    [3, 4],
    [5, 2, 33],
    [0, 3, 2, 4],
  ]
  it.each(shapes.map(shape => ({ shape })))('for each channel of $shape', async ({ shape }) => {
    const channels = shape.at(-1)!
    const statistics = [floats(channels), positive(channels)]
    const f = (x: Tensor, mean: Tensor, variance: Tensor, offset?: Tensor, scale?: Tensor) =>
      batchNorm(x as never, mean as never, variance as never, offset as never, scale as never, 1e-3)
    await expectLikeCpu(f, [floats(...shape), ...statistics])
    await expectLikeCpu(f, [floats(...shape), ...statistics, floats(channels), floats(channels)])
    const inputs = [floats(...shape), ...statistics]
    expect(fallbacksOf(backend, () => results(f, inputs))).toEqual([])
  })

  it('with statistics of every element stays with tfjs', async () => {
    const f = (x: Tensor, mean: Tensor, variance: Tensor) =>
      batchNorm(x as never, mean as never, variance as never)
    const shape = [2, 3, 2, 4]
    const inputs = [floats(...shape), floats(...shape), positive(...shape)]
    await expectLikeCpu(f, inputs)
    expect(fallbacksOf(backend, () => results(f, inputs))).toEqual(['FusedBatchNorm'])
  })
})

describe('core’s batchNorm', () => {
  it('runs without a CPU kernel, gradients too', () => {
    const used = fallbacksOf(backend, () => {
      const [x, gamma] = [toTensor(floats(3, 4, 5, 6)), toTensor(floats(6))]
      valueAndGrads(() => sum(normalise(x, { gamma, relu: 'before' }).output), [x, gamma]).dispose()
      x.dispose()
      gamma.dispose()
    })
    expect(used).toEqual([])
  })

  it('shows NaN in its channel and nowhere else, ReLU or not', () => {
    const values = Array.from({ length: 40 }, (_, i) => (i === 13 ? Number.NaN : Math.sin(i)))
    for (const relu of ['before', undefined] as const) {
      const f = () => normalise(tensor(values, [8, 5]), relu ? { relu } : {}).output
      const [{ values: output } = { values: [] }] = results(f, [])
      output.forEach((y, i) => {
        expect(Number.isNaN(y), `element ${i}`).toBe(i % 5 === 3)
      })
    }
  })

  it('keeps the variance where the first rows lie far from the others', () => {
    // the pivot of the sums comes from them
    const n = 4096
    const values = Float32Array.from({ length: n }, (_, i) => (i < 64 ? 1000 : Math.sin(i)))
    const mean = values.reduce((total, x) => total + x, 0) / n
    const wanted = values.reduce((total, x) => total + (x - mean) ** 2, 0) / n
    const got = tidy(() => normalise(tensor(values, [n, 1])).variance.dataSync()[0]!)
    expect(Math.abs(got / wanted - 1)).toBeLessThan(1e-5)
  })
})
