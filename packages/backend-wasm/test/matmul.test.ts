import { fused, matMul, type Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectClose,
  expectLikeCpu,
  fallbacksOf,
  floats,
  results,
  size,
  useWasm,
  type Value,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

/** The product in 64-bit arithmetic. */
function product(a: Value, b: Value, flipA: boolean, flipB: boolean): number[] {
  const [ra, ca] = a.shape as [number, number]
  const [rb, cb] = b.shape as [number, number]
  const [m, k, n] = [flipA ? ca : ra, flipA ? ra : ca, flipB ? rb : cb]
  const out = new Array<number>(m * n).fill(0)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) {
        const x = a.values[flipA ? p * ca + i : i * ca + p]!
        out[i * n + j]! += x * b.values[flipB ? j * cb + p : p * cb + j]!
      }
    }
  }
  return out
}

const flips = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const

describe('matMul', () => {
  const sizes = [
    [1, 1, 1],
    [1, 9, 5],
    [2, 17, 33],
    [3, 8, 4],
    [4, 8, 4],
    [5, 7, 9],
    [7, 1, 13],
    [8, 16, 3],
    [67, 129, 71],
    [129, 9, 513],
    [132, 24, 1030],
    [0, 4, 3],
    [4, 0, 3],
    [4, 3, 0],
    [1, 1030, 6],
  ] as const
  it.each(sizes)('is right for m %i, n %i, k %i, both ways round', (m, n, k) => {
    for (const [flipA, flipB] of flips) {
      const a = floats(...(flipA ? [k, m] : [m, k]))
      const b = floats(...(flipB ? [n, k] : [k, n]))
      const [got] = results((x, y) => matMul(x as never, y as never, flipA, flipB), [a, b])
      expect(got!.shape).toEqual([m, n])
      expectClose(got!.values, product(a, b, flipA, flipB), 1e-5 * Math.sqrt(k + 1))
    }
  })

  it.each([
    [
      [3, 5, 7],
      [3, 7, 4],
    ],
    [
      [3, 5, 7],
      [1, 7, 4],
    ],
    [
      [1, 5, 7],
      [3, 7, 4],
    ],
    [
      [2, 1, 5, 7],
      [1, 3, 7, 4],
    ],
    [
      [2, 3, 5, 7],
      [7, 4],
    ],
    [
      [5, 7],
      [3, 7, 4],
    ],
    [
      [0, 5, 7],
      [0, 7, 4],
    ],
  ])('multiplies batches of %j by %j', (shapeA, shapeB) => {
    const [a, b] = [floats(...shapeA), floats(...shapeB)]
    const [got] = results((x, y) => matMul(x as never, y as never), [a, b])
    const outerA = shapeA.slice(0, -2)
    const outerB = shapeB.slice(0, -2)
    const rank = Math.max(outerA.length, outerB.length)
    const pad = (shape: number[]) => [...new Array<number>(rank - shape.length).fill(1), ...shape]
    const [pA, pB] = [pad(outerA), pad(outerB)]
    const outer = pA.map((d, i) => (d === 1 ? pB[i]! : d))
    expect(got!.shape).toEqual([...outer, 5, 4])
    for (let batch = 0; batch < size(outer); batch++) {
      const at = (shape: number[]) => {
        let [rest, index, step] = [batch, 0, 1]
        for (let i = rank - 1; i >= 0; i--) {
          const here = rest % outer[i]!
          rest = Math.floor(rest / outer[i]!)
          index += (shape[i] === 1 ? 0 : here) * step
          step *= shape[i]!
        }
        return index
      }
      const part = (v: Value, i: number, shape: number[]): Value => ({
        ...v,
        shape,
        values: Array.from(v.values).slice(i * size(shape), (i + 1) * size(shape)),
      })
      const wanted = product(part(a, at(pA), [5, 7]), part(b, at(pB), [7, 4]), false, false)
      expectClose(got!.values.slice(batch * 20, batch * 20 + 20), wanted)
    }
  })

  it('multiplies batches with either factor transposed, as tfjs-cpu does', async () => {
    for (const [flipA, flipB] of flips) {
      const a = floats(...(flipA ? [3, 7, 5] : [3, 5, 7]))
      const b = floats(...(flipB ? [3, 4, 7] : [3, 7, 4]))
      await expectLikeCpu((x, y) => matMul(x as never, y as never, flipA, flipB), [a, b])
    }
  })

  it('gives the same bits twice and needs no CPU kernel', () => {
    const inputs = [floats(65, 300), floats(300, 90)]
    const once = () => results((x, y) => matMul(x as never, y as never), inputs)
    const used = fallbacksOf(backend, () => expect(once()).toEqual(once()))
    expect(used).toEqual([])
  })

  it('keeps the messages of tfjs', () => {
    const a = floats(2, 3)
    expect(() => results((x, y) => matMul(x as never, y as never), [a, a])).toThrow(
      /inner shapes \(3\) and \(2\)/,
    )
  })

  it('refuses vectors', () => {
    const call = (inputs: Value[]) => () =>
      results((x, y) => matMul(x as never, y as never), inputs)
    expect(call([floats(2, 2), floats(2)])).toThrowErrorMatchingInlineSnapshot(
      `[DlError: BatchMatMul got b as float32 [2]; expected at least 2 dimensions.]`,
    )
    expect(call([floats(2), floats(2, 2)])).toThrow(/BatchMatMul got a as float32 \[2\]/)
  })
})

describe('fused.matMul', () => {
  const run =
    (activation: 'linear' | 'relu' | 'sigmoid' | 'elu', transposeA = false, transposeB = false) =>
    (a: Tensor, b: Tensor, bias?: Tensor) =>
      fused.matMul({ a: a as never, b: b as never, bias, activation, transposeA, transposeB })

  it.each(['linear', 'relu', 'sigmoid', 'elu'] as const)('adds a bias, then %s', async name => {
    await expectLikeCpu(run(name), [floats(6, 11), floats(11, 10), floats(10)])
    await expectLikeCpu(run(name), [floats(6, 11), floats(11, 10)])
    await expectLikeCpu(run(name, true, true), [floats(11, 6), floats(10, 11), floats(10)])
  })

  it('leaves a bias of another shape to tfjs', async () => {
    await expectLikeCpu(run('relu'), [floats(6, 11), floats(11, 10), floats(6, 10)])
  })

  it('takes batches', async () => {
    await expectLikeCpu(run('relu'), [floats(2, 6, 11), floats(2, 11, 10), floats(10)])
  })
})
