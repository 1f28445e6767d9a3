import { DlError, valueAndGrads } from '@dl/core'
import { Conv2d, Embedding, Linear, Module, ReLU, summary, tie } from '@dl/layers'
import { dispose, keep, mul, ones, sum, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, hashedIds, readFixture } from '../../../scripts/golden'

class Tied extends Module {
  encoder = new Embedding(6, 4)
  decoder = new Linear(4, 6)

  constructor() {
    super()
    tie(this.decoder, this.encoder)
  }

  forward(ids: Tensor): Tensor {
    return this.decoder.call(this.encoder.call(ids))
  }
}

const [golden] = readFixture<{ names: string[]; y: Golden; gradients: Record<string, Golden> }[]>(
  import.meta.url,
  'tied',
)

it('is one parameter with the gradients of both ends, as in PyTorch', async () => {
  const model = new Tied()
  const named = [...model.namedParameters()]
  expect(named.map(([name]) => name)).toEqual(Object.keys(golden!.gradients))
  const state = { 'encoder.weight': hashed(10, [6, 4]), 'decoder.bias': hashed(11, [6]) }
  model.loadStateDict(state)
  const ids = hashedIds(1, [3, 5], 6)
  let y: Tensor
  const step = valueAndGrads(
    () => {
      y = keep(model.call(ids))
      return sum(mul(y, hashed(2, y.shape)))
    },
    named.map(([, parameter]) => parameter),
  )
  await expectGolden('y', y!, golden!.y, 1e-5)
  for (const [i, [name]] of named.entries()) {
    await expectGolden(name, step.grads[i]!, golden!.gradients[name]!, 1e-5)
  }
  expect(summary(model, ids).nbParams).toBe(6 * 4 + 6)
  step.dispose()
  dispose([y!, ids, state])
  model.dispose()
})

describe('state dicts', () => {
  const weights = async (model: Tied) => [...(await model.encoder.weight.value.data())]

  it('hold a tied weight once, under its first name', () => {
    const model = new Tied()
    const state = model.stateDict()
    expect(Object.keys(state)).toEqual(['encoder.weight', 'decoder.bias'])
    dispose(state)
    model.dispose()
  })

  it('of PyTorch have both names, and either will do', async () => {
    const model = new Tied()
    const [w, b] = [hashed(3, [6, 4]), hashed(4, [6])]
    const all = { 'encoder.weight': w, 'decoder.weight': w, 'decoder.bias': b }
    expect(Object.keys(all)).toEqual(golden!.names)
    expect(model.loadStateDict(all)).toEqual({ missing: [], unexpected: [] })
    expect(await weights(model)).toEqual([...(await w.data())])
    const other = hashed(5, [6, 4])
    model.loadStateDict({ 'decoder.weight': other, 'decoder.bias': b })
    expect(await weights(model)).toEqual([...(await other.data())])
    const wrong = ones([4, 6])
    expect(() => model.loadStateDict({ 'decoder.weight': wrong, 'decoder.bias': b })).toThrow(
      'wrong shape: decoder.weight [4, 6] instead of [6, 4]',
    )
    expect(() => model.loadStateDict({ ...all, 'decoder.weigth': b })).toThrow(
      'unexpected: decoder.weigth',
    )
    dispose([w, b, other, wrong])
    model.dispose()
  })
})

it('ties two layers of a kind, again and again', () => {
  const [a, b] = [new Linear(3, 5), new Linear(3, 5)]
  tie(b, a)
  tie(b, a)
  expect(b.weight).toBe(a.weight)
  a.dispose()
  b.bias!.dispose()
})

it.each<[string, () => [object, object], string]>([
  [
    'shapes',
    () => [new Linear(4, 7), new Embedding(6, 4)],
    "tie got a decoder whose weight is [7, 4] and an encoder of [6, 4], in PyTorch's layout; expected the same shape",
  ],
  [
    'places',
    () => [new Embedding(4, 4), new Linear(4, 4)],
    'Change places: tie(linear, embedding).',
  ],
  ['a layer without', () => [new ReLU(), new Embedding(6, 4)], 'tie got a ReLU as its decoder'],
  ['kinds', () => [new Conv2d(1, 1, 1), new Linear(1, 1)], 'expected the same shape'],
])('complains about wrong %s', (_, make, message) => {
  const [decoder, encoder] = make() as [Linear, Linear]
  expect(() => tie(decoder, encoder)).toThrow(message)
  expect(() => tie(decoder, encoder)).toThrow(DlError)
  decoder.dispose()
  encoder.dispose()
})
