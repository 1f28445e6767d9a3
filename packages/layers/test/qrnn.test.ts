/** QRNNs, whole and in parts; the golden values are of a plain PyTorch loop, in training with our masks. */
import { DlError, manualSeed, valueAndGrads } from '@dl/core'
import { QRNN, type QRNNOptions, type QRNNState, summary } from '@dl/layers'
import {
  add,
  concat,
  dispose,
  keep,
  mul,
  slice,
  sum,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { expectGolden, type Golden, hashed, readFixture } from '../../../scripts/golden'

interface Case {
  shape: [number, number, number]
  hidden: number
  state: boolean
  /** Of training with masks; null in eval mode. */
  seed: number | null
  options: QRNNOptions
  stateDict: Record<string, number[]>
  values: Record<string, Golden>
  gradients: Record<string, Golden>
}

const named = ({ c, last }: QRNNState) => ({
  c,
  ...Object.fromEntries(last.map((input, i) => [`last${i}`, input])),
})

it.each(readFixture<Case[]>(import.meta.url, 'qrnn'))(
  'is the paper’s for $shape, $options, seed $seed',
  async ({ shape, hidden, state, seed, options, stateDict, values, gradients }) => {
    const module = new QRNN(shape[2], hidden, options).train(seed !== null)
    const own = module.stateDict()
    const shapes = Object.fromEntries(Object.entries(own).map(([name, t]) => [name, t.shape]))
    expect(shapes).toEqual(stateDict)
    const weights = Object.entries(stateDict).map(
      ([name, size], i) => [name, hashed(10 + i, size, hidden ** -0.5)] as const,
    )
    module.loadStateDict(Object.fromEntries(weights))
    const [, batch, inputs] = shape
    const { layers = 1, window = 1 } = options
    const x = hashed(1, shape)
    const given: QRNNState = {
      c: hashed(3, [layers, batch, hidden]),
      last: Array.from({ length: window === 2 ? layers : 0 }, (_, i) =>
        hashed(30 + i, [batch, i === 0 ? inputs : hidden]),
      ),
    }
    const parameters = Object.fromEntries(module.namedParameters())
    const results: Record<string, Tensor> = {}
    if (seed !== null) manualSeed(seed)
    const step = valueAndGrads(() => {
      const outputs = module.call(x, state ? given : undefined)
      const finals = named(outputs)
      Object.assign(results, { output: outputs.output, ...finals })
      for (const t of Object.values(results)) keep(t)
      return Object.values(finals).reduce(
        (loss, t, i) => add(loss, sum(mul(t, hashed(5 + i, t.shape)))),
        sum(mul(outputs.output, hashed(2, outputs.output.shape))),
      )
    }, [x, ...(state ? Object.values(named(given)) : []), ...Object.values(parameters)])
    expect(Object.keys(results)).toEqual(Object.keys(values))
    for (const [name, golden] of Object.entries(values)) {
      await expectGolden(name, results[name]!, golden, 1e-5)
    }
    const wanted = ['x', ...(state ? Object.keys(named(given)) : []), ...Object.keys(parameters)]
    expect(wanted).toEqual(Object.keys(gradients))
    for (const [i, name] of wanted.entries()) {
      await expectGolden(`gradient of ${name}`, step.grads[i]!, gradients[name]!, 1e-5)
    }
    step.dispose()
    dispose([x, results, own, ...weights.map(([, t]) => t)])
    dispose(given as never)
    module.dispose()
  },
)

it('carries its cells and last inputs: parts equal the whole', async () => {
  const layer = new QRNN(3, 5, { layers: 2, window: 2, stateful: true })
  const x = hashed(1, [6, 2, 3])
  const read = (input: Tensor): Tensor => {
    const { output, c, last } = layer.call(input)
    dispose([c, last] as never)
    return output
  }
  const whole = read(x)
  layer.resetState()
  // a part of one step, too
  const sizes = [3, 1, 2]
  const parts = sizes.map((size, i) => {
    const begin = sizes.slice(0, i).reduce((a, b) => a + b, 0)
    const part = slice(x, [begin, 0, 0], [size, 2, 3])
    const output = read(part)
    part.dispose()
    return output
  })
  const joined = concat(parts)
  const [a, b] = await Promise.all([whole.data(), joined.data()])
  a.forEach((value, i) => {
    expect(b[i]).toBeCloseTo(value, 6)
  })
  const three = zeros([1, 3, 3])
  const fresh = new QRNN(3, 5, { layers: 2, window: 2 })
  const state = layer.stateDict()
  fresh.loadStateDict(state)
  const again = read(three)
  const { output, c, last } = fresh.call(three)
  expect([...(await again.data())]).toEqual([...(await output.data())])
  dispose([x, whole, joined, parts, three, state, again, output, c, last] as never)
  layer.dispose()
  fresh.dispose()
})

it('lets no gradient flow into the batch before', () => {
  const layer = new QRNN(3, 5, { window: 2, stateful: true })
  const x = hashed(1, [2, 1, 3])
  const first = valueAndGrads(() => sum(layer.call(x).output), [...layer.parameters()])
  first.commit()
  const buffers = Object.values(layer.carried).map(({ value }) => value)
  expect(buffers.length).toBe(2)
  const second = valueAndGrads(() => sum(layer.call(x).output), buffers)
  expect(second.grads).toEqual([null, null])
  for (const owner of [first, second, x, layer]) owner.dispose()
})

it('keeps a share of its cells in training, and all of them for zoneout 1', async () => {
  const layer = new QRNN(2, 500, { zoneout: 0.3 })
  const x = hashed(1, [1, 1, 2])
  const [start, none] = [hashed(3, [1, 1, 500]), new QRNN(2, 4, { zoneout: 1 })]
  const { output, c, last } = layer.call(x, { c: start, last: [] })
  const [before, after] = await Promise.all([start.data(), c.data()])
  const same = after.filter((value, i) => value === before[i]).length
  expect(same / 500).toBeGreaterThan(0.2)
  expect(same / 500).toBeLessThan(0.4)
  const zero = none.call(x)
  expect([...(await zero.c.data())]).toEqual([0, 0, 0, 0])
  dispose([x, start, output, c, last] as never)
  dispose(zero as never)
  layer.dispose()
  none.dispose()
})

it('shows its options and shapes', () => {
  const layer = new QRNN(3, 5, { layers: 2, window: 2, zoneout: 0.1, outputGate: false })
  expect(String(layer).split('\n')[0]).toBe(
    'QRNN(3, 5, layers=2, window=2, zoneout=0.1, outputGate=false',
  )
  const x = zeros([4, 2, 3])
  expect(summary(layer, x, { batchAxis: 1 }).rows.map(({ nbParams }) => nbParams)).toEqual(
    expect.arrayContaining([(6 + 1) * 10, (10 + 1) * 10]),
  )
  x.dispose()
  layer.dispose()
})

it('names what it wants', () => {
  const layer = new QRNN(3, 5, { window: 2 })
  const [flat, x, c] = [zeros([4, 3]), zeros([4, 2, 3]), zeros([1, 2, 5])]
  const complaints: [() => unknown, string][] = [
    [() => new QRNN(3, 5, { window: 3 as 2 }), 'QRNN got window 3; expected 1 or 2.'],
    [() => layer.call(flat), 'QRNN got an input of shape [4, 3]; expected [time, batch, 3]'],
    [() => layer.call(x, c as never), "QRNN's initial c got undefined; expected a tensor"],
    [
      () => layer.call(x, { c, last: [] }),
      "QRNN's initial last[0] got undefined; expected a tensor",
    ],
    [
      () => layer.call(x, { c, last: [c] }),
      'QRNN got the initial last[0] of shape [1, 2, 5]; expected [2, 3].',
    ],
  ]
  for (const [call, message] of complaints) {
    expect(call).toThrow(message)
    expect(call).toThrow(DlError)
  }
  dispose([flat, x, c])
  layer.dispose()
})
