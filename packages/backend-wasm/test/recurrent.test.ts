import { DlError } from '@dl/core'
import { type Tensor, tidy } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  expectClose,
  fallbacksOf,
  floats,
  random,
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

type Named = Record<string, Value>
type Arrays = Record<string, ArrayLike<number>>
type Kind = 'Rnn' | 'Gru' | 'Lstm'

const GATES = { Rnn: 1, Gru: 3, Lstm: 4 }
const sigma = (x: number) => 1 / (1 + Math.exp(-x))

interface Sizes {
  T: number
  B: number
  I: number
  H: number
}

/** The layer in 64-bit arithmetic: outputs of all steps and the last states. */
function reference(kind: Kind, { T, B, I, H }: Sizes, a: Arrays, relu = false) {
  const G = GATES[kind] * H
  const y = new Float64Array(T * B * H)
  const h = Float64Array.from(a.h0!)
  const c = a.c0 ? Float64Array.from(a.c0) : new Float64Array(0)
  for (let t = 0; t < T; t++) {
    const before = h.slice()
    for (let b = 0; b < B; b++) {
      const input = (g: number) => {
        let s = a.bIh?.[g] ?? 0
        for (let i = 0; i < I; i++) s += a.x![(t * B + b) * I + i]! * a.wIh![i * G + g]!
        return s
      }
      const hidden = (g: number) => {
        let s = a.bHh?.[g] ?? 0
        for (let i = 0; i < H; i++) s += before[b * H + i]! * a.wHh![i * G + g]!
        return s
      }
      for (let j = 0; j < H; j++) {
        const at = b * H + j
        const gate = (n: number) => input(n * H + j) + hidden(n * H + j)
        if (kind === 'Rnn') h[at] = relu ? Math.max(0, gate(0)) : Math.tanh(gate(0))
        else if (kind === 'Gru') {
          const [r, z] = [sigma(gate(0)), sigma(gate(1))]
          const n = Math.tanh(input(2 * H + j) + r * hidden(2 * H + j))
          h[at] = (1 - z) * n + z * before[at]!
        } else {
          c[at] = sigma(gate(1)) * c[at]! + sigma(gate(0)) * Math.tanh(gate(2))
          h[at] = sigma(gate(3)) * Math.tanh(c[at]!)
        }
        y[t * B * H + at] = h[at]!
      }
    }
  }
  return { y, hN: h, cN: c }
}

function inputsOf(kind: Kind, { T, B, I, H }: Sizes, biases = true): Named {
  const G = GATES[kind] * H
  const scaled = (...shape: number[]): Value => ({
    values: random(size(shape)).map(x => x / 2),
    shape,
    dtype: 'float32',
  })
  return {
    x: floats(T, B, I),
    h0: scaled(B, H),
    ...(kind === 'Lstm' ? { c0: scaled(B, H) } : {}),
    wIh: scaled(I, G),
    wHh: scaled(H, G),
    ...(biases ? { bIh: scaled(G), bHh: scaled(G) } : {}),
  }
}

const tensors = (named: Named): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(named).map(([name, value]) => [name, toTensor(value)]))
const arrays = (named: Named): Arrays =>
  Object.fromEntries(Object.entries(named).map(([name, { values }]) => [name, values]))
const pick = (from: Record<string, Tensor>, ...names: string[]) =>
  Object.fromEntries(names.filter(name => from[name]).map(name => [name, from[name]!]))
const read = (x: Tensor) => x.dataSync() as Float32Array

const sizes: Sizes[] = [
  { T: 1, B: 1, I: 1, H: 1 },
  { T: 3, B: 2, I: 5, H: 7 },
  { T: 2, B: 5, I: 3, H: 8 },
  { T: 4, B: 9, I: 17, H: 13 },
  { T: 0, B: 2, I: 3, H: 4 },
]
const cases = (['Rnn', 'Gru', 'Lstm'] as const).flatMap(kind =>
  sizes.flatMap(s => [true, false].map(biases => ({ kind, biases, ...s }))),
)

describe('forward', () => {
  it.each(cases)('$kind T $T B $B I $I H $H biases $biases', ({ kind, biases, ...s }) => {
    const inputs = inputsOf(kind, s, biases)
    const wanted = reference(kind, s, arrays(inputs))
    tidy(() => {
      const outs = runKernel(`Dl${kind}`, tensors(inputs), { nonlinearity: 'tanh' })
      expect(outs[0]!.shape).toEqual([s.T, s.B, s.H])
      expectClose(read(outs[0]!), wanted.y, 2e-6)
      expectClose(read(outs[1]!), wanted.hN, 2e-6)
      if (kind === 'Lstm') expectClose(read(outs[2]!), wanted.cN, 2e-6)
    })
  })
})

/** What the gradient kernel reads besides the forward's inputs. */
function saved(kind: Kind, outs: Tensor[]): Record<string, Tensor> {
  const y = outs[0]!
  if (kind === 'Rnn') return { y }
  if (kind === 'Gru') return { y, cache: outs[2]! }
  return { y, gates: outs[3]!, cells: outs[4]! }
}

/** Runs forward and backward and compares every gradient with central differences of the reference. */
function checkGradients(kind: Kind, s: Sizes, given: string[], relu = false): void {
  const inputs = inputsOf(kind, s)
  const attrs = { nonlinearity: relu ? 'relu' : 'tanh' }
  const shapes: Record<string, number[]> = {
    ...{ dy: [s.T, s.B, s.H], dhN: [s.B, s.H], dcN: [s.B, s.H] },
  }
  const incoming: Named = Object.fromEntries(given.map(name => [name, floats(...shapes[name]!)]))
  const loss = (a: Arrays) => {
    const outs = reference(kind, s, a, relu)
    const dot = (d: ArrayLike<number> | undefined, out: Float64Array) =>
      d === undefined ? 0 : out.reduce((sum, value, i) => sum + value * d[i]!, 0)
    const d = arrays(incoming)
    return dot(d.dy, outs.y) + dot(d.dhN, outs.hN) + dot(d.dcN, outs.cN)
  }
  const numeric = (name: string) => {
    const a = arrays(inputs)
    const moved = Float64Array.from(a[name]!)
    return Float64Array.from(moved, (value, i) => {
      const at = (x: number) => {
        moved[i] = x
        const result = loss({ ...a, [name]: moved })
        moved[i] = value
        return result
      }
      return (at(value + 1e-5) - at(value - 1e-5)) / 2e-5
    })
  }
  tidy(() => {
    const all = tensors(inputs)
    const outs = runKernel(`Dl${kind}`, all, attrs)
    const used = pick(all, 'x', 'h0', 'c0', 'wIh', 'wHh')
    const grads = runKernel(
      `Dl${kind}Grad`,
      { ...used, ...saved(kind, outs), ...tensors(incoming) },
      attrs,
    )
    const biases = kind === 'Gru' ? ['bIh', 'bHh'] : ['bIh']
    const names = ['x', 'h0', ...(kind === 'Lstm' ? ['c0'] : []), 'wIh', 'wHh', ...biases]
    expect(grads.length).toBe(names.length)
    names.forEach((name, i) => {
      expect(grads[i]!.shape, name).toEqual(inputs[name]!.shape)
      expectClose(read(grads[i]!), numeric(name), 2e-5)
    })
  })
}

describe('gradients', () => {
  const shapes = sizes.filter(({ I }) => I < 17)
  it.each(shapes)('Rnn T $T B $B I $I H $H', s => {
    checkGradients('Rnn', s, ['dy', 'dhN'])
    checkGradients('Rnn', s, ['dy'])
    checkGradients('Rnn', s, ['dhN'], true)
  })
  it.each(shapes)('Gru T $T B $B I $I H $H', s => {
    checkGradients('Gru', s, ['dy', 'dhN'])
    checkGradients('Gru', s, ['dy'])
    checkGradients('Gru', s, ['dhN'])
  })
  it.each(shapes)('Lstm T $T B $B I $I H $H', s => {
    checkGradients('Lstm', s, ['dy', 'dhN', 'dcN'])
    checkGradients('Lstm', s, ['dy'])
    checkGradients('Lstm', s, ['dcN'])
    checkGradients('Lstm', s, ['dhN'])
  })
})

describe('calls', () => {
  it('give the same bits twice, on our kernels alone', () => {
    const inputs = inputsOf('Lstm', { T: 3, B: 6, I: 20, H: 33 })
    const once = () => tidy(() => runKernel('DlLstm', tensors(inputs)).map(out => [...read(out)]))
    expect(fallbacksOf(backend, () => expect(once()).toEqual(once()))).toEqual([])
  })

  it('with sizes that do not agree are refused before anything is written', () => {
    const inputs = inputsOf('Lstm', { T: 2, B: 3, I: 4, H: 5 })
    const wrong = { ...inputs, wHh: floats(5, 19) }
    let thrown: unknown
    tidy(() => {
      try {
        runKernel('DlLstm', tensors(wrong))
      } catch (error) {
        thrown = error
      }
    })
    expect(DlError.is(thrown, 'shape-mismatch')).toBe(true)
    expect((thrown as Error).message).toMatchInlineSnapshot(
      `"DlLstm got wHh as float32 [5, 19]; expected float32 [5, 20]."`,
    )
  })
})
