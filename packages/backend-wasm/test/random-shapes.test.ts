/** Kernels on shapes drawn from a seed, against loops in 64-bit arithmetic. */
import { Generator } from '@dl/core'
import {
  add,
  concat,
  div,
  matMul,
  max,
  maximum,
  mean,
  mul,
  pad,
  slice,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  tile,
  transpose,
} from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { expectClose, results, size, useWasm, type Value } from './helpers'

beforeAll(useWasm)

const generator = new Generator(417)
/** Drawn here, as those of the helpers depend on which files ran before. */
const floats = (...shape: number[]): Value => ({
  values: generator.normal(size(shape)),
  shape,
  dtype: 'float32',
})
const pick = <T>(from: readonly T[]): T => from[generator.int(from.length)]!
/** Dimensions at the edges of vectors and tiles, and nothing at all now and then. */
const dimension = () => pick([0, 1, 1, 1, 2, 3, 4, 5, 7, 8, 9, 13])
const drawShape = (rank: number) => Array.from({ length: rank }, dimension)
const times = (n: number, f: () => void) => Array.from({ length: n }, f)

/** Every index of a shape, in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return Array.from({ length: size(shape) }, (_, flat) => {
    let rest = flat
    return shape.map((_, i) => {
      const inner = size(shape.slice(i + 1))
      const at = Math.floor(rest / inner)
      rest -= at * inner
      return at
    })
  })
}

/** The element of `x` at an index; dimensions of size 1 repeat, missing leading ones do too. */
function element({ values, shape }: Value, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length)
  const flat = shape.reduce((sum, d, i) => sum * d + (d === 1 ? 0 : own[i]!), 0)
  return values[flat]!
}

function expectResult(
  f: (...xs: Tensor[]) => Tensor,
  inputs: Value[],
  shape: number[],
  wanted: (index: number[]) => number,
  tolerance = 2e-6,
): void {
  const [got] = results(f, inputs)
  expect(got!.shape).toEqual(shape)
  expectClose(got!.values, indices(shape).map(wanted), tolerance)
}

const BINARY: Record<string, [(a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number]> =
  {
    add: [add, (a, b) => a + b],
    sub: [sub, (a, b) => a - b],
    mul: [mul, (a, b) => a * b],
    div: [div, (a, b) => a / b],
    maximum: [maximum, Math.max],
    squaredDifference: [squaredDifference, (a, b) => (a - b) ** 2],
  }

describe.each(Object.entries(BINARY))('%s', (_, [op, exact]) => {
  it('broadcasts in every position', () => {
    times(25, () => {
      const shape = drawShape(1 + generator.int(5))
      // what broadcasts to `shape`: some dimensions 1, some leading ones left out
      const part = () =>
        shape.map(d => (generator.int(3) === 0 ? 1 : d)).slice(generator.int(shape.length))
      const [a, b] = generator.int(2)
        ? [floats(...shape), floats(...part())]
        : [floats(...part()), floats(...shape)]
      expectResult(op, [a, b], shape, at => exact(element(a, at), element(b, at)), 1e-5)
    })
  })
})

describe.each(['sum', 'mean', 'max'] as const)('%s', name => {
  it('reduces any axes', () => {
    times(40, () => {
      const shape = drawShape(1 + generator.int(4)).map(d => (name === 'max' ? Math.max(1, d) : d))
      const x = floats(...shape)
      const axes = shape.map((_, i) => i).filter(() => generator.int(2) === 0)
      if (axes.length === 0) axes.push(0)
      const kept = shape.map((d, i) => (axes.includes(i) ? 1 : d))
      const exact = (at: number[]) => {
        const over = indices(shape.map((d, i) => (axes.includes(i) ? d : 1)))
        const terms = over.map(o =>
          element(
            x,
            o.map((p, i) => p + at[i]!),
          ),
        )
        if (name === 'max') return Math.max(...terms)
        return terms.reduce((a, b) => a + b, 0) / (name === 'mean' ? Math.max(1, terms.length) : 1)
      }
      const op = { sum, mean, max }[name]
      expectResult(t => op(t, axes, true), [x], kept, exact)
    })
  })
})

describe('moving elements', () => {
  it('transposes', () => {
    times(40, () => {
      const shape = drawShape(1 + generator.int(5))
      const order = shape.map((_, i) => i).sort(() => generator.int(3) - 1)
      const x = floats(...shape)
      const exact = (at: number[]) =>
        element(
          x,
          shape.map((_, i) => at[order.indexOf(i)]!),
        )
      expectResult(
        t => transpose(t, order),
        [x],
        order.map(i => shape[i]!),
        exact,
        0,
      )
    })
  })

  it('slices', () => {
    times(40, () => {
      const shape = drawShape(1 + generator.int(4))
      const begin = shape.map(d => generator.int(d + 1))
      const length = shape.map((d, i) => generator.int(d - begin[i]! + 1))
      const x = floats(...shape)
      expectResult(
        t => slice(t, begin, length),
        [x],
        length,
        at =>
          element(
            x,
            at.map((p, i) => p + begin[i]!),
          ),
        0,
      )
    })
  })

  it('pads and tiles', () => {
    times(40, () => {
      const shape = drawShape(1 + generator.int(4))
      const x = floats(...shape)
      const widths = shape.map((): [number, number] => [generator.int(3), generator.int(3)])
      const padded = shape.map((d, i) => d + widths[i]![0] + widths[i]![1])
      const inside = (at: number[]) => {
        const own = at.map((p, i) => p - widths[i]![0])
        return own.every((p, i) => p >= 0 && p < shape[i]!) ? element(x, own) : 0.5
      }
      expectResult(t => pad(t, widths, 0.5), [x], padded, inside, 0)
      const reps = shape.map(() => 1 + generator.int(3))
      const tiled = shape.map((d, i) => d * reps[i]!)
      expectResult(
        t => tile(t, reps),
        [x],
        tiled,
        at =>
          element(
            x,
            at.map((p, i) => p % shape[i]!),
          ),
        0,
      )
    })
  })

  it('concatenates', () => {
    times(40, () => {
      const shape = drawShape(1 + generator.int(4))
      const axis = generator.int(shape.length)
      const parts = [dimension(), dimension(), dimension()].map(d => floats(...shape.with(axis, d)))
      const whole = shape.with(
        axis,
        parts.reduce((total, part) => total + part.shape[axis]!, 0),
      )
      const exact = (at: number[]) => {
        let place = at[axis]!
        const part = parts.find(({ shape }) => {
          if (place < shape[axis]!) return true
          place -= shape[axis]!
          return false
        })!
        return element(part, at.with(axis, place))
      }
      expectResult((...ts) => concat(ts, axis), parts, whole, exact, 0)
    })
  })
})

describe('matMul', () => {
  it('is right around the edges of tiles and blocks', () => {
    times(60, () => {
      const [m, n] = [pick([1, 3, 4, 5, 6, 7, 11, 12, 13, 121]), pick([1, 4, 7, 8, 9, 16, 31])]
      const k = pick([0, 1, 3, 4, 5, 17, 513])
      const [flipA, flipB] = [generator.int(2) === 1, generator.int(2) === 1]
      const [outerA, outerB, outer] = pick([
        [[], [], []],
        [[3], [3], [3]],
        [[3], [1], [3]],
        [[2, 1], [5], [2, 5]],
        [[], [4], [4]],
      ])
      const a = floats(...outerA, ...(flipA ? [k, m] : [m, k]))
      const b = floats(...outerB, ...(flipB ? [n, k] : [k, n]))
      const exact = (at: number[]) => {
        const [i, j] = at.slice(-2) as [number, number]
        const batch = at.slice(0, -2)
        let total = 0
        for (let p = 0; p < k; p++) {
          const x = element(a, [...batch, ...(flipA ? [p, i] : [i, p])])
          total += x * element(b, [...batch, ...(flipB ? [j, p] : [p, j])])
        }
        return total
      }
      expectResult(
        (x, y) => matMul(x, y, flipA, flipB),
        [a, b],
        [...outer, m, n],
        exact,
        1e-5 * Math.sqrt(k + 1),
      )
    })
  })
})
