/** Masks drawn here and those of the fixtures come from the same seed, so training agrees, too. */
import { manualSeed, valueAndGrads } from '@dl/core'
import { GRU, LSTM, RNN, type RNNOptions } from '@dl/layers'
import { dispose, keep, mul, sum, type Tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

interface Case {
  layer: keyof typeof kinds
  shape: [number, number, number]
  hidden: number
  /** null in eval mode */
  seed: number | null
  options: RNNOptions
  values: Record<string, Golden>
}

const kinds = { RNN, GRU, LSTM }
type State = ReturnType<LSTM['call']>

it.each(readFixture<Case[]>(import.meta.url, 'weight-drop'))(
  '$layer, $options, seed $seed, is PyTorch’s with a masked matrix',
  async ({ layer, shape, hidden, seed, options, values }) => {
    const module = new kinds[layer](shape[2], hidden, options).train(seed !== null)
    const own = module.stateDict()
    const weights = Object.entries(own).map(
      ([name, t], i) => [name, hashed(10 + i, t.shape, hidden ** -0.5)] as const,
    )
    module.loadStateDict(Object.fromEntries(weights))
    const x = hashed(1, shape)
    const parameters = Object.fromEntries(module.namedParameters())
    let y: Tensor
    if (seed !== null) manualSeed(seed)
    const step = valueAndGrads(() => {
      y = keep((module as LSTM).call(x).output)
      return sum(mul(y, hashed(2, y.shape)))
    }, [x, ...Object.values(parameters)])
    const results = [y!, ...step.grads]
    const names = ['y', 'x', ...Object.keys(parameters)]
    expect(names).toEqual(Object.keys(values))
    for (const [i, name] of names.entries()) {
      await expectGolden(name, results[i]!, values[name]!, 1e-5)
    }
    step.dispose()
    dispose([x, y!, own, ...weights.map(([, t]) => t)] as never)
    module.dispose()
  },
)

it('drops all of a matrix for 1, and says so', async () => {
  const layer = new LSTM(2, 3, { weightDrop: 1 })
  expect(String(layer)).toBe('LSTM(2, 3, weightDrop=1)')
  const x = hashed(1, [1, 2, 2])
  const h = hashed(3, [1, 2, 3])
  const other = hashed(4, [1, 2, 3])
  const [a, b] = [h, other].map(start => layer.call(x, { h: start, c: h })) as [State, State]
  expect([...(await a.output.data())]).toEqual([...(await b.output.data())])
  dispose([x, h, other, a, b] as never)
  layer.dispose()
})
