import { Generator } from '@dl/core'
import { avgPool, maxPool, type Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectClose,
  expectLikeCpu,
  fallbacksOf,
  floats,
  randomInts,
  results,
  runKernel,
  size,
  toTensor,
  useWasm,
  type Value,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

type Pair = [number, number]
type Padding = 'same' | 'valid' | [Pair, Pair, Pair, Pair]
interface Case {
  shape: [number, number, number, number]
  window: Pair
  strides: Pair
  pad: Padding
}

const ops = { maxPool, avgPool }
type Op = keyof typeof ops

const poolBy =
  (op: Op, { window, strides, pad }: Case) =>
  (x: Tensor): Tensor =>
    ops[op](x as never, window, strides, pad, typeof pad === 'string' ? undefined : 'floor')

/** What the gradient's kernel makes of x and dy. */
const gradientBy = (op: Op, spec: Case) => (x: Tensor, dy: Tensor) => {
  const { window, strides, pad } = spec
  const attrs = { filterSize: window, strides, pad }
  const kernel = op === 'maxPool' ? 'MaxPoolGrad' : 'AvgPoolGrad'
  const output = op === 'maxPool' && { output: poolBy(op, spec)(x) }
  return runKernel(kernel, { dy, input: x, ...output }, attrs)
}

/** Pooled values and the gradient for x, in plain loops. */
function reference(op: Op, { shape, window, strides, pad }: Case, x: Value, dy?: Value) {
  const [images, height, width, channels] = shape
  const along = (axis: 0 | 1, length: number) => {
    const [k, s] = [window[axis], strides[axis]]
    if (pad === 'valid') return { before: 0, count: Math.ceil((length - k + 1) / s) }
    if (pad === 'same') {
      const count = Math.ceil(length / s)
      return { before: Math.floor(Math.max(0, (count - 1) * s + k - length) / 2), count }
    }
    const [before, after] = pad[axis + 1]!
    return { before, count: Math.floor((length - k + before + after) / s) + 1 }
  }
  const [v, u] = [along(0, height), along(1, width)]
  const values: number[] = []
  const gradient = new Float64Array(x.values.length)
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < v.count; i++) {
      for (let j = 0; j < u.count; j++) {
        for (let c = 0; c < channels; c++) {
          const places: number[] = []
          for (let r = 0; r < window[0]; r++) {
            for (let q = 0; q < window[1]; q++) {
              const [row, column] = [i * strides[0] - v.before + r, j * strides[1] - u.before + q]
              if (row < 0 || row >= height || column < 0 || column >= width) continue
              places.push(((n * height + row) * width + column) * channels + c)
            }
          }
          const inside = places.map(place => x.values[place]!)
          const largest = Math.max(...inside)
          const flow = dy?.values[values.length] ?? 0
          if (op === 'maxPool') {
            values.push(largest)
            const best = inside.findIndex(value => Object.is(value, largest))
            gradient[places[best]!]! += flow
          } else {
            values.push(inside.reduce((total, value) => total + value, 0) / inside.length)
            for (const place of places) gradient[place]! += flow / (window[0] * window[1])
          }
        }
      }
    }
  }
  return { shape: [images, v.count, u.count, channels], values, gradient }
}

const generator = new Generator(7)
const oneOf = <T>(...choices: T[]): T => choices[generator.int(choices.length)]!
const upTo = (n: number) => 1 + generator.int(n)

function draw(): Case {
  const [height, width] = [upTo(9), upTo(9)]
  const window: Pair = [upTo(Math.min(4, height)), upTo(Math.min(4, width))]
  const around = (axis: 0 | 1): Pair => [generator.int(window[axis]), generator.int(window[axis])]
  const channels = oneOf(1, 3, 4, 5, 16, 21)
  return {
    shape: [oneOf(1, 2, 3), height, width, channels],
    window,
    strides: [upTo(5), upTo(5)],
    pad: oneOf<Padding>('same', 'valid', [[0, 0], around(0), around(1), [0, 0]]),
  }
}

const cases: Case[] = [
  ...Array.from({ length: 40 }, draw),
  { shape: [0, 4, 4, 3], window: [2, 2], strides: [2, 2], pad: 'valid' },
  { shape: [1, 1, 1, 1], window: [1, 1], strides: [1, 1], pad: 'same' },
  { shape: [2, 5, 7, 131], window: [3, 3], strides: [2, 2], pad: 'same' },
  { shape: [3, 7, 7, 64], window: [7, 7], strides: [1, 1], pad: 'valid' },
  {
    shape: [2, 33, 31, 20],
    window: [3, 3],
    strides: [2, 2],
    pad: [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ],
  },
]

describe.each(['maxPool', 'avgPool'] as const)('%s', op => {
  it.each(cases)('of $shape by $window every $strides, padding $pad', async spec => {
    // few different values, so that windows have ties
    const x: Value = {
      values: Float32Array.from(randomInts(size(spec.shape), 9), value => value - 4),
      shape: spec.shape,
      dtype: 'float32',
    }
    const { shape } = reference(op, spec, x)
    const dy = floats(...shape)
    const { values, gradient } = reference(op, spec, x, dy)
    const [forward] = results(poolBy(op, spec), [x])
    expect(forward!.shape).toEqual(shape)
    expectClose(forward!.values, values, 1e-6)
    const [backward] = results(gradientBy(op, spec), [x, dy])
    expectClose(backward!.values, gradient, 1e-6)
    await expectLikeCpu(poolBy(op, spec), [x], 1e-6)
    await expectLikeCpu(gradientBy(op, spec), [x, dy], 1e-6)
  })

  it('shows a NaN in every window that has it, in its channel', () => {
    const spec: Case = { shape: [1, 4, 4, 23], window: [2, 3], strides: [2, 1], pad: 'valid' }
    for (const channel of [2, 18, 21]) {
      const x = floats(...spec.shape)
      // row 2, column 1: in both windows of the second row
      ;(x.values as Float32Array)[(2 * 4 + 1) * 23 + channel] = Number.NaN
      const [y] = results(poolBy(op, spec), [x])
      const at = Array.from(y!.values, (value, i) => (Number.isNaN(value) ? i : -1))
      expect(at.filter(i => i >= 0)).toEqual([2 * 23 + channel, 3 * 23 + channel])
    }
  })

  it('runs without a CPU kernel, but of integers with one', () => {
    const spec: Case = { shape: [1, 4, 4, 5], window: [2, 2], strides: [2, 2], pad: 'valid' }
    const used = fallbacksOf(backend, () =>
      results(gradientBy(op, spec), [floats(1, 4, 4, 5), floats(1, 2, 2, 5)]),
    )
    expect(used).toEqual([])
    const integers = toTensor({ ...floats(1, 4, 4, 5), dtype: 'int32' })
    const kernel = op === 'maxPool' ? 'MaxPool' : 'AvgPool'
    const attrs = { filterSize: 2, strides: 2, pad: 'valid' }
    const run = () => runKernel(kernel, { x: integers }, attrs)[0]!.dispose()
    expect(fallbacksOf(backend, run)).toEqual([kernel])
    integers.dispose()
  })
})
