import type { Buffer } from '@dl/core'
import { type Module, summary } from '@dl/layers'
import { dispose, exp, mean, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { hashed } from '../../../scripts/golden'
import { LADDER, type ModelName, NAMES } from '../src/ladder'
import { BnLayer, ConvBnNet, ConvNet, ConvNet2, SimpleNet } from '../src/models'

const make = (name: ModelName): Module => LADDER[name].make(10, 3072, {})

const counted = (model: Module): number =>
  [...model.parameters()].reduce((total, { size }) => total + size, 0)

describe('the ladder', () => {
  it.each([
    ['simplenet', 123_330],
    ['convnet', 37_490],
    ['convnet2', 37_490],
    ['convbnnet', 155_970],
    ['convbnnet2', 462_570],
    ['resnet', 769_170],
    ['resnet2', 1_966_234],
  ] as const)('%s has the lesson’s %i parameters', (name, expected) => {
    const model = make(name)
    expect(counted(model)).toBe(expected)
    model.dispose()
  })

  it.each(NAMES)('%s gives log-probabilities, training or not', async name => {
    const model = make(name)
    const x = hashed(1, [4, 32, 32, 3])
    for (const mode of [true, false]) {
      const y = model.train(mode).call(x)
      const totals = tidy(() => exp(y))
      expect(y.shape).toEqual([4, 10])
      const values = await totals.data<'float32'>()
      const sum = values.reduce((a, b) => a + b, 0)
      expect(sum).toBeCloseTo(4, 4)
      dispose([y, totals])
    }
    x.dispose()
    model.dispose()
  })
})

const rows = (model: Module): string[] => {
  const x = zeros([2, 32, 32, 3])
  const lines = summary(model, x).rows.map(({ key, outputShape, nbParams }) => {
    return `${key} ${outputShape} ${nbParams}`
  })
  x.dispose()
  model.dispose()
  return lines
}

it('is summed up as in the lesson, channels last, a and m counted', () => {
  expect(rows(new SimpleNet([3072, 40, 10]))).toEqual([
    'Linear-1 -1,40 122920',
    'Linear-2 -1,10 410',
  ])
  expect(rows(new ConvNet([3, 20, 40, 80], 10))).toEqual([
    'Conv2d-1 -1,15,15,20 560',
    'Conv2d-2 -1,7,7,40 7240',
    'Conv2d-3 -1,3,3,80 28880',
    'AdaptiveMaxPool2d-4 -1,1,1,80 0',
    'Linear-5 -1,10 810',
  ])
  expect(rows(new ConvNet2([3, 20, 40, 80], 10))).toEqual([
    'Conv2d-1 -1,16,16,20 560',
    'ConvLayer-2 -1,16,16,20 0',
    'Conv2d-3 -1,8,8,40 7240',
    'ConvLayer-4 -1,8,8,40 0',
    'Conv2d-5 -1,4,4,80 28880',
    'ConvLayer-6 -1,4,4,80 0',
    'Linear-7 -1,10 810',
  ])
  expect(rows(new ConvBnNet([10, 20, 40, 80, 160], 10))).toEqual([
    'Conv2d-1 -1,32,32,10 760',
    'Conv2d-2 -1,16,16,20 1800',
    'BnLayer-3 -1,16,16,20 40',
    'Conv2d-4 -1,8,8,40 7200',
    'BnLayer-5 -1,8,8,40 80',
    'Conv2d-6 -1,4,4,80 28800',
    'BnLayer-7 -1,4,4,80 160',
    'Conv2d-8 -1,2,2,160 115200',
    'BnLayer-9 -1,2,2,160 320',
    'Linear-10 -1,10 1610',
  ])
})

describe('BnLayer', () => {
  const seen = async (buffer: Buffer) => [...(await buffer.value.data())]

  it('evaluates with the last batch, or with a moving average', async () => {
    const state: Record<string, Tensor> = {}
    const layers = [null, 0.9].map(movingAverage => new BnLayer(3, 2, { movingAverage }))
    Object.assign(state, layers[0]!.stateDict())
    layers[1]!.loadStateDict(state)
    dispose(state)
    const [x, later] = [hashed(1, [4, 8, 8, 3]), hashed(2, [4, 8, 8, 3], 3)]
    for (const batch of [x, later]) for (const layer of layers) layer.call(batch).dispose()
    const last = await seen(layers[0]!.stds)
    layers[0]!.call(x).dispose()
    const first = await seen(layers[0]!.stds)
    const average = await seen(layers[1]!.stds)
    average.forEach((value, i) => {
      expect(value).toBeCloseTo(0.9 * (0.9 + 0.1 * first[i]!) + 0.1 * last[i]!, 5)
    })
    // and evaluation leaves them alone
    layers[1]!.eval().call(later).dispose()
    expect(await seen(layers[1]!.stds)).toEqual(average)
    dispose([x, later])
    for (const layer of layers) layer.dispose()
  })

  it('normalises what it gets in training', async () => {
    const layer = new BnLayer(3, 4, { stride: 1 })
    const x = hashed(1, [8, 6, 6, 3])
    const means = tidy(() => mean(layer.call(x), [0, 1, 2]))
    for (const value of await means.data()) expect(value).toBeCloseTo(0, 5)
    dispose([x, means])
    layer.dispose()
  })

  it('is finite for a channel that is 0 everywhere', async () => {
    const layer = new BnLayer(3, 2)
    const x = zeros([2, 4, 4, 3])
    const y = layer.call(x)
    for (const value of await y.data()) expect(value).toBe(0)
    dispose([x, y])
    layer.dispose()
  })
})
