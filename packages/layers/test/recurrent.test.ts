import { valueAndGrads } from '@dl/core'
import { GRU, LSTM, RNN } from '@dl/layers'
import { concat, mean, ones, slice, square, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const layers = {
  RNN: (options = {}) => new RNN(3, 5, options),
  GRU: (options = {}) => new GRU(3, 5, options),
  LSTM: (options = {}) => new LSTM(3, 5, options),
}

const outputOf = (layer: RNN | GRU | LSTM, x: Tensor): Tensor => {
  const { output, ...state } = layer.call(x)
  for (const tensor of Object.values(state)) tensor.dispose()
  return output
}

describe.each(Object.entries(layers))('%s', (_name, make) => {
  it('carries its state: two halves equal the whole', async () => {
    const layer = make({ layers: 2, stateful: true })
    const x = ones([6, 2, 3])
    const whole = outputOf(layer, x)
    layer.resetState()
    const halves = [0, 3].map(begin => {
      const half = slice(x, [begin, 0, 0], [3, 2, 3])
      const output = outputOf(layer, half)
      half.dispose()
      return output
    })
    const joined = concat(halves)
    const [a, b] = await Promise.all([whole.data(), joined.data()])
    a.forEach((value, i) => {
      expect(b[i]).toBeCloseTo(value, 6)
    })
    for (const t of [x, whole, joined, ...halves]) t.dispose()
    layer.dispose()
  })

  it('starts from zeros when the batch size changes, and without stateful each time', async () => {
    const carrying = make({ stateful: true })
    const fresh = make()
    const state = carrying.stateDict()
    fresh.loadStateDict(state)
    const [two, three] = [ones([4, 2, 3]), ones([4, 3, 3])]
    outputOf(carrying, two).dispose()
    const carried = outputOf(carrying, three)
    const expected = outputOf(fresh, three)
    expect([...(await carried.data())]).toEqual([...(await expected.data())])
    const again = outputOf(fresh, three)
    expect([...(await again.data())]).toEqual([...(await expected.data())])
    for (const t of [two, three, carried, expected, again, ...Object.values(state)]) t.dispose()
    carrying.dispose()
    fresh.dispose()
  })

  it('lets no gradient flow into the batch before, and drops the state of a step not committed', async () => {
    const layer = make({ stateful: true })
    const x = ones([2, 1, 3])
    const step = valueAndGrads(() => mean(square(layer.call(x).output)), [...layer.parameters()])
    const buffer = layer.carried.h!
    expect([...(await buffer.value.data())]).toEqual([0, 0, 0, 0, 0])
    step.commit()
    const carried = [...(await buffer.value.data())]
    expect(carried).not.toEqual([0, 0, 0, 0, 0])
    const second = valueAndGrads(() => mean(square(layer.call(x).output)), [buffer.value])
    expect(second.grads).toEqual([null])
    second.dispose()
    expect([...(await buffer.value.data())]).toEqual(carried)
    step.dispose()
    x.dispose()
    layer.dispose()
  })

  it('names what it wants when the input has the wrong shape', () => {
    const layer = make()
    const [flat, wide] = [zeros([4, 3]), zeros([4, 2, 7])]
    expect(() => layer.call(flat)).toThrow(
      /got an input of shape \[4, 3\]; expected \[time, batch, 3\]/,
    )
    expect(() => layer.call(wide)).toThrow(/\[4, 2, 7\]; expected a last dimension of 3/)
    flat.dispose()
    wide.dispose()
    layer.dispose()
  })
})

it('drops between layers in training only', async () => {
  const layer = new GRU(3, 64, { layers: 2, dropout: 0.5 })
  const x = ones([3, 1, 3])
  const read = async () => {
    const output = outputOf(layer, x)
    const values = [...(await output.data())]
    output.dispose()
    return values
  }
  expect(await read()).not.toEqual(await read())
  layer.eval()
  expect(await read()).toEqual(await read())
  x.dispose()
  layer.dispose()
})
