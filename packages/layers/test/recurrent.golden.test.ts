/** Two directions, no biases, batch first: torch.nn's layers with these options. */
import { DlError, valueAndGrads } from '@dl/core'
import { GRU, LSTM, type RecurrentState, RNN, type RNNOptions, summary } from '@dl/layers'
import { add, dispose, keep, mul, sum, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

interface Case {
  layer: keyof typeof kinds
  shape: [number, number, number]
  hidden: number
  state: boolean
  options: RNNOptions
  stateDict: Record<string, number[]>
  values: Record<string, Golden>
  gradients: Record<string, Golden>
}

const kinds = { RNN, GRU, LSTM }
type Layer = { call(x: Tensor, state?: RecurrentState): RecurrentState & { output: Tensor } }

it.each(readFixture<Case[]>(import.meta.url, 'recurrent'))(
  '$layer is PyTorch’s for $shape, $options',
  async ({ layer, shape, hidden, state, options, stateDict, values, gradients }) => {
    const module = new kinds[layer](shape[2], hidden, options)
    const own = module.stateDict()
    const shapes = Object.entries(own).map(([name, t]) => [name, t.shape])
    expect(Object.fromEntries(shapes)).toEqual(stateDict)
    expect(shapes.map(([name]) => name)).toEqual(Object.keys(stateDict))
    const weights = Object.fromEntries(
      Object.entries(stateDict).map(([name, size], i) => [
        name,
        hashed(10 + i, size, hidden ** -0.5),
      ]),
    )
    module.loadStateDict(weights)
    const x = hashed(1, shape)
    const names = layer === 'LSTM' ? ['h', 'c'] : ['h']
    const batch = options.batchFirst ? shape[0] : shape[1]
    const count = (options.layers ?? 1) * (options.bidirectional ? 2 : 1)
    const initial = names.map((_, i) => hashed(3 + i, [count, batch, hidden]))
    const given = state
      ? Object.fromEntries(names.map((name, i) => [name, initial[i]!]))
      : undefined
    const parameters = Object.fromEntries(module.namedParameters())
    const results: Record<string, Tensor> = {}
    const step = valueAndGrads(() => {
      const outputs = (module as unknown as Layer).call(x, given)
      for (const [name, t] of Object.entries(outputs)) results[name] = keep(t)
      const finals = names.map((name, i) =>
        sum(mul(outputs[name]!, hashed(5 + i, outputs[name]!.shape))),
      )
      return [sum(mul(outputs.output, hashed(2, outputs.output.shape))), ...finals].reduce(add)
    }, [x, ...(state ? initial : []), ...Object.values(parameters)])
    for (const [name, golden] of Object.entries(values)) {
      await expectGolden(name, results[name]!, golden, 1e-5)
    }
    const wanted = ['x', ...(state ? names : []), ...Object.keys(parameters)]
    expect(wanted).toEqual(Object.keys(gradients))
    for (const [i, name] of wanted.entries()) {
      await expectGolden(`gradient of ${name}`, step.grads[i]!, gradients[name]!, 1e-5)
    }
    const [row] = summary(module, x, { batchAxis: options.batchFirst ? 0 : 1 }).rows
    expect(row!.outputShape).toMatchObject({
      output: options.batchFirst
        ? [-1, shape[1], values.output!.shape[2]]
        : [shape[0], -1, values.output!.shape[2]],
    })
    step.dispose()
    dispose([x, ...initial])
    dispose([own, weights, results])
    module.dispose()
  },
)

it('prints its options', () => {
  const layer = new GRU(2, 3, { bidirectional: true, bias: false, batchFirst: true, layers: 2 })
  expect(String(layer)).toBe('GRU(2, 3, layers=2, bias=false, bidirectional, batchFirst)')
  layer.dispose()
})

it('draws between the layers of two directions in training only', async () => {
  const layer = new LSTM(2, 32, { bidirectional: true, layers: 2, dropout: 0.5 })
  const x = hashed(1, [3, 1, 2])
  const read = async () => {
    const { output, h, c } = layer.call(x)
    const values = [...(await output.data())]
    dispose([output, h, c])
    return values
  }
  expect(await read()).not.toEqual(await read())
  layer.eval()
  expect(await read()).toEqual(await read())
  x.dispose()
  layer.dispose()
})

it('wants a state of both directions, and carries none of them', () => {
  const layer = new LSTM(2, 3, { bidirectional: true })
  const [x, h] = [zeros([4, 5, 2]), zeros([1, 5, 3])]
  expect(() => layer.call(x, { h, c: h })).toThrow(
    'LSTM got the initial h of shape [1, 5, 3]; expected [2, 5, 3]: 2·layers, batch, hidden.',
  )
  expect(() => layer.call(x, h as never)).toThrow(
    "LSTM's initial h got undefined; expected a tensor",
  )
  expect(() => new GRU(2, 3, { bidirectional: true, stateful: true })).toThrow(
    'GRU got both stateful and bidirectional; expected one of the two.',
  )
  expect(() => new GRU(2, 3, { bidirectional: true, stateful: true })).toThrow(DlError)
  dispose([x, h])
  layer.dispose()
})
