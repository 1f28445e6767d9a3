import { valueAndGrads } from '@dl/core'
import {
  abs,
  add,
  addN,
  cast,
  clipByValue,
  div,
  elu,
  exp,
  fill,
  floor,
  leakyRelu,
  log,
  maximum,
  minimum,
  mul,
  neg,
  onesLike,
  reciprocal,
  relu,
  rsqrt,
  sigmoid,
  sqrt,
  square,
  squaredDifference,
  step,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectClose,
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

const binaries = { add, sub, mul, div, maximum, minimum, squaredDifference }
const shapes = [
  [[], []],
  [[1], [7]],
  [[7], []],
  [[5, 9], [9]],
  [
    [5, 9],
    [5, 1],
  ],
  [
    [5, 1],
    [1, 9],
  ],
  [
    [1, 9],
    [5, 9],
  ],
  [
    [3, 1, 4, 1, 5],
    [1, 2, 1, 6, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [[0, 4], [4]],
  [[67], [67]],
]

describe.each(Object.entries(binaries))('%s', (_, op) => {
  it('broadcasts as tfjs-cpu does', async () => {
    for (const [a, b] of shapes) {
      await expectLikeCpu((x, y) => op(x, y), [floats(...a!), floats(...b!)], 1e-6)
    }
  })

  it('leaves integers to tfjs', async () => {
    const ones: Value = { values: [1, 2, 3, 4, 5], shape: [5], dtype: 'int32' }
    await expectLikeCpu((x, y) => op(x, y), [ints(9, 5), ones])
  })
})

it('complains about shapes that do not broadcast as tfjs does', () => {
  expect(() => results((x, y) => add(x, y), [floats(2), floats(3)])).toThrow(
    /Operands could not be broadcast together with shapes 2 and 3/,
  )
})

describe('unary functions', () => {
  const positive = (op: (x: Tensor) => Tensor) => (x: Tensor) => op(add(abs(x), 1e-3))
  const unaries: Record<string, (x: Tensor) => Tensor> = {
    ...{ relu, sigmoid, tanh, exp, square, neg, abs, reciprocal, zerosLike, onesLike },
    ...{ log: positive(log), sqrt: positive(sqrt), rsqrt: positive(rsqrt) },
    step: x => step(x, 0.25),
    leakyRelu: x => leakyRelu(x, 0.3),
    elu,
    floor,
    clip: x => clipByValue(x, -0.5, 0.25),
  }
  it.each(Object.entries(unaries))('%s', async (_, op) => {
    for (const n of [0, 1, 3, 4, 5, 67]) await expectLikeCpu(op, [floats(n)], 2e-6)
  })

  it('leakyRelu and elu have tfjs’s gradients', async () => {
    for (const op of [elu, (x: Tensor) => leakyRelu(x, 0.3)]) {
      const gradient = (x: Tensor) => valueAndGrads(() => sum(square(op(x))), [x]).grads[0]!
      for (const n of [1, 4, 67]) await expectLikeCpu(gradient, [floats(n)], 2e-6)
      expect(fallbacksOf(backend, () => results(gradient, [floats(9)]))).toEqual([])
    }
  })

  it('treat NaN, infinities and zeros as tfjs-cpu does', async () => {
    const values = [NaN, Infinity, -Infinity, 0, 1]
    for (const op of [
      relu,
      elu,
      floor,
      (x: Tensor) => clipByValue(x, -1, 2),
      sigmoid,
      tanh,
      exp,
      square,
      neg,
      abs,
      reciprocal,
      log,
      sqrt,
      rsqrt,
    ]) {
      await expectLikeCpu(x => op(x), [{ values, shape: [5], dtype: 'float32' }])
    }
    await expectLikeCpu(x => step(x), [{ values, shape: [5], dtype: 'float32' }])
  })
})

describe('accuracy of the vector functions', () => {
  const bits = new DataView(new ArrayBuffer(4))
  /** The distance from one float32 to the next at x. */
  const ulp = (x: number) => {
    const y = Math.max(Math.abs(Math.fround(x)), 1.2e-38)
    bits.setFloat32(0, y)
    bits.setInt32(0, bits.getInt32(0) + 1)
    return bits.getFloat32(0) - y
  }
  const worst = (op: (x: Tensor) => Tensor, exact: (x: number) => number, xs: Float32Array) => {
    const [got] = results(op, [{ values: xs, shape: [xs.length], dtype: 'float32' }])
    return xs.reduce((most, x, i) => {
      const wanted = exact(x)
      return Math.max(most, Math.abs(got!.values[i]! - wanted) / ulp(wanted))
    }, 0)
  }
  const range = (from: number, to: number, n = 40_001) =>
    Float32Array.from({ length: n }, (_, i) => from + ((to - from) * i) / (n - 1))
  const sigma = (x: number) => 1 / (1 + Math.exp(-x))

  it.each([
    { name: 'exp', op: exp, exact: Math.exp, from: -87, to: 88.7, bound: 2 },
    { name: 'exp near 0', op: exp, exact: Math.exp, from: -1, to: 1, bound: 2 },
    { name: 'elu', op: (x: Tensor) => elu(x), exact: Math.expm1, from: -40, to: -1e-6, bound: 4 },
    { name: 'log', op: log, exact: Math.log, from: 1e-3, to: 1e4, bound: 2 },
    { name: 'log near 1', op: log, exact: Math.log, from: 0.5, to: 2, bound: 2 },
    { name: 'sigmoid', op: sigmoid, exact: sigma, from: -80, to: 30, bound: 4 },
    { name: 'tanh', op: tanh, exact: Math.tanh, from: -10, to: 10, bound: 3 },
    { name: 'tanh near 0', op: tanh, exact: Math.tanh, from: -0.7, to: 0.7, bound: 3 },
  ])('$name stays within $bound units in the last place', ({ op, exact, from, to, bound }) => {
    expect(worst(x => op(x), exact, range(from, to))).toBeLessThanOrEqual(bound)
  })

  it('exp overflows to infinity and fades to 0, log reaches denormals', () => {
    const at = (op: (x: Tensor) => Tensor, x: number) =>
      results(() => op(tensor([x])), [])[0]!.values[0]!
    expect(at(exp, 88.8)).toBe(Infinity)
    expect(at(exp, -110)).toBe(0)
    expect(at(exp, -100)).toBeCloseTo(3.78e-44, 45)
    expect(at(log, 1e-40)).toBeCloseTo(Math.log(1e-40), 4)
    expect(at(log, -1)).toBeNaN()
  })
})

describe('cast, fill, addN', () => {
  it('cast converts between float32, int32 and bool', async () => {
    await expectLikeCpu(x => cast(x, 'float32'), [ints(5, 4)])
    await expectLikeCpu(x => cast(x, 'int32'), [floats(9)])
    await expectLikeCpu(x => cast(x, 'bool'), [floats(9)])
    await expectLikeCpu(x => add(cast(cast(x, 'bool'), 'float32'), 1), [floats(9)])
  })

  it('cast to int32 cuts off as JavaScript does, also what is too large for an integer', async () => {
    const limit = 2 ** 31
    const edges = [
      limit - 128,
      limit,
      -limit,
      -limit - 256,
      3 * limit,
      2 ** 62,
      -(2 ** 63),
      2 ** 70,
    ]
    const odd = [NaN, Infinity, -Infinity, -0.9, 0.9, -1.5, 1e30]
    for (const values of [edges, odd, [...odd, ...edges, 1.5]]) {
      const x: Value = { values, shape: [values.length], dtype: 'float32' }
      await expectLikeCpu(x => cast(x, 'int32'), [x], 0)
    }
    expect(fallbacksOf(backend, () => results(x => cast(x, 'int32'), [floats(9)]))).toEqual([])
  })

  it('cast to float32 gives data of its own type, cast to the same type the same data', () => {
    const integers = tensor([1, 2, 3], [3], 'int32')
    const converted = cast(integers, 'float32')
    const same = cast(converted, 'float32')
    expect(same.dataId).toBe(converted.dataId)
    expect(converted.dataId).not.toBe(integers.dataId)
    expect([...converted.dataSync()]).toEqual([1, 2, 3])
    for (const t of [integers, converted, same]) t.dispose()
  })

  it('fill and addN', async () => {
    await expectLikeCpu(() => fill([3, 5], 2.5), [])
    await expectLikeCpu(() => fill([3, 5], 2, 'int32'), [])
    await expectLikeCpu((...xs) => addN(xs), [floats(3, 7), floats(3, 7), floats(3, 7)])
  })

  it('runs the hot ones without a CPU kernel', () => {
    const used = fallbacksOf(backend, () => {
      const [got] = results((x, y) => addN([relu(add(x, y)), mul(x, y)]), [floats(4), floats(4)])
      expectClose([got!.values.length], [4])
    })
    expect(used).toEqual([])
  })
})
