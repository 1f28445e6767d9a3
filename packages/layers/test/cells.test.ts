import { type Parameter, valueAndGrads } from '@dl/core'
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell, type RNNCellOptions } from '@dl/layers'
import {
  addN,
  dispose,
  mul,
  slice,
  squeeze,
  sum,
  type Tensor,
  tidy,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

const kinds = {
  RNNCell: { Cell: RNNCell, Layer: RNN },
  GRUCell: { Cell: GRUCell, Layer: GRU },
  LSTMCell: { Cell: LSTMCell, Layer: LSTM },
}

type States = Record<string, Tensor>

/** One step of whichever cell, with its states by name. */
function advance(cell: RNNCell | GRUCell | LSTMCell, x: Tensor, states: States = {}): States {
  const { h, c } = states
  return cell instanceof LSTMCell
    ? cell.call(x, h && c ? { h, c } : undefined)
    : { h: cell.call(x, h) }
}

interface Case extends Record<'B' | 'I' | 'H', number> {
  cell: keyof typeof kinds
  options: RNNCellOptions
  state: boolean
  values: Record<string, Golden>
  gradients: Record<string, Golden>
}

it.each(readFixture<Case[]>(import.meta.url, 'cells'))(
  '$cell $options gives the values and gradients of torch.nn: batch $B, $I → $H, given state $state',
  async ({ cell: kind, options, B, I, H, state, values, gradients }) => {
    const cell = new kinds[kind].Cell(I, H, options)
    const shapes = [...cell.namedParameters()].map(([name, { shape }]) => [name, shape] as const)
    const weights = shapes.map(([name, shape], i) => {
      return [name, hashed(10 + i, [...shape].reverse(), H ** -0.5)]
    })
    cell.loadStateDict(Object.fromEntries(weights))
    const names = Object.keys(values)
    const start: States = Object.fromEntries(
      state ? names.map((name, i) => [name, hashed(3 + i, [B, H])]) : [],
    )
    const xs = { x0: hashed(1, [B, I]), x1: hashed(2, [B, I]) }
    const run = () => advance(cell, xs.x1, advance(cell, xs.x0, start))
    const finals = tidy(run)
    for (const name of names) await expectGolden(name, finals[name]!, values[name]!)
    const parameters = Object.fromEntries([...cell.namedParameters()])
    const all: Record<string, Tensor | Parameter> = { ...xs, ...start, ...parameters }
    const step = valueAndGrads(
      () => addN(Object.values(run()).map((t, i) => sum(mul(t, hashed(5 + i, [B, H]))))),
      Object.keys(gradients).map(name => all[name]!),
    )
    for (const [i, [name, golden]] of Object.entries(gradients).entries()) {
      const gradient = name.startsWith('weight') ? transpose(step.grads[i]!) : step.grads[i]!
      await expectGolden(`gradient of ${name}`, gradient, golden)
      gradient.dispose()
    }
    step.dispose()
    dispose([finals, xs, start, Object.fromEntries(weights)])
    cell.dispose()
  },
)

describe.each(Object.entries(kinds))('%s', (name, { Cell, Layer }) => {
  it('in a loop is the layer, whose weights fit', async () => {
    const [layer, cell] = [new Layer(3, 5), new Cell(3, 5)]
    const state = layer.stateDict()
    const shorter = Object.entries(state).map(([key, t]) => [key.replace('_l0', ''), t])
    cell.loadStateDict(Object.fromEntries(shorter))
    const x = hashed(1, [4, 2, 3])
    const { whole, looped } = tidy(() => {
      const steps = [0, 1, 2, 3].map(t => squeeze(slice(x, [t, 0, 0], [1, 2, 3]), [0]))
      const last = steps.reduce((now: States, step) => advance(cell, step, now), {})
      return { whole: squeeze(layer.call(x).h, [0]), looped: last.h! }
    })
    const [a, b] = await Promise.all([whole.data(), looped.data()])
    a.forEach((value, i) => {
      expect(b[i]).toBeCloseTo(value, 6)
    })
    dispose([x, whole, looped, state])
    layer.dispose()
    cell.dispose()
  })

  it('names what it wants when sizes, input or state are wrong', () => {
    expect(() => new Cell(3, 1.5)).toThrow(`${name} got hidden 1.5`)
    const cell = new Cell(3, 5)
    const [sequence, wide, x, h] = [zeros([4, 2, 3]), zeros([2, 7]), zeros([2, 3]), zeros([1, 5])]
    expect(() => advance(cell, sequence)).toThrow(
      `${name} got an input of shape [4, 2, 3]; expected [batch, 3].`,
    )
    expect(() => advance(cell, wide)).toThrow(
      `${name} got an input of shape [2, 7]; expected a last dimension of 3.`,
    )
    expect(() => advance(cell, x, { h, c: h })).toThrow(
      `${name} got the state h of shape [1, 5]; expected [2, 5].`,
    )
    dispose([sequence, wide, x, h])
    cell.dispose()
  })
})
