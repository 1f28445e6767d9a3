import { DlError, manualSeed } from '@dl/core'
import { type DataLoader, disposeBatch } from '@dl/data'
import { AdaptiveAvgPool2d, Conv2d, Flatten, Linear, Sequential } from '@dl/layers'
import { ConvLearner, type Weights } from '@dl/vision'
import { dispose, ones, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { hashed } from '../../../../scripts/golden'
import { pictureData, tinyNet } from './pictures'

/** The state of a trained net with five classes, to be disposed. */
function trained(): Record<string, Tensor> {
  const net = tinyNet({ classes: 5 })
  const state = net.stateDict()
  net.dispose()
  return state
}

const valuesOf = async (tensors: Record<string, Tensor>) => {
  const entries = Object.entries(tensors)
  const values = await Promise.all(entries.map(async ([, t]) => [...(await t.data())]))
  return Object.fromEntries(entries.map(([name], i) => [name, values[i]!]))
}

async function stateOf(learn: ConvLearner) {
  const state = learn.model.stateDict()
  const values = await valuesOf(state)
  dispose(state)
  return values
}

it('learns with a pretrained body, first its head alone and then all of it', async () => {
  manualSeed(1)
  const data = pictureData({ bs: 8 })
  const weights = trained()
  const learn = await ConvLearner.pretrained(tinyNet, data, { weights, xtraFc: [8], ps: 0 })
  const before = await stateOf(learn)
  const { history } = await learn.fit(0.1, 5)
  expect(history.at(-1)!.accuracy).toBeGreaterThan(0.8)
  const frozen = await stateOf(learn)
  const head = learn.layerGroups[0]!.length + learn.layerGroups[1]!.length
  for (const [name, values] of Object.entries(before)) {
    const inHead = Number(name.split('.')[0]) >= head
    const message = `${name} ${inHead ? 'changes' : 'does not change'}`
    expect(String(frozen[name]) === String(values), message).toBe(!inHead)
  }
  learn.unfreeze()
  await learn.fit([1e-3, 1e-2, 1e-2], 1)
  const after = await stateOf(learn)
  expect(after['0.weight']).not.toEqual(frozen['0.weight'])
  expect(after['1.running_mean']).not.toEqual(frozen['1.running_mean'])
  dispose(weights)
  learn.dispose()
  learn.model.dispose()
})

it.each<[string, (state: Record<string, Tensor>) => Weights]>([
  ['tensors', state => state],
  ['a function', state => () => ({ ...state })],
  ['a promise of them', state => async () => ({ ...state })],
])('takes weights from %s, whatever classifier they have', async (name, weightsOf) => {
  const state = trained()
  const expected = await valuesOf(state)
  const learn = await ConvLearner.pretrained(tinyNet, pictureData(), { weights: weightsOf(state) })
  const actual = await stateOf(learn)
  expect(actual['0.weight']).toEqual(expected['conv1.weight'])
  expect(actual['4.0.downsample.1.running_var']).toEqual(
    expected['layer2.0.downsample.1.running_var'],
  )
  const isOurs = name === 'tensors'
  expect(state['conv1.weight']!.isDisposed).toBe(!isOurs)
  expect(state['fc.weight']!.isDisposed).toBe(!isOurs)
  dispose(state)
  learn.model.dispose()
})

it('lists all names that do not fit, and leaves nothing behind', async () => {
  const { 'bn1.bias': bias, 'fc.weight': weight, 'fc.bias': fcBias, ...state } = trained()
  const odd = { ...state, 'layer3.0.conv1.weight': ones([1]), 'conv1.weight': ones([4, 3, 1, 1]) }
  const pretrained = (options = {}) =>
    ConvLearner.pretrained(tinyNet, pictureData(), { weights: odd, ...options })
  const complaint =
    'the state does not fit ResNet (missing: bn1.bias; unexpected: layer3.0.conv1.weight; ' +
    'wrong shape: conv1.weight [4, 3, 1, 1] instead of [4, 3, 3, 3])'
  await expect(pretrained()).rejects.toThrow(complaint)
  await expect(pretrained({ strict: false })).rejects.toThrow('(wrong shape: conv1.weight')
  await expect(pretrained({ weights: undefined })).rejects.toThrow('weights is undefined')
  await expect(pretrained({ weights: () => Promise.reject(new Error('offline')) })).rejects.toThrow(
    'offline',
  )
  await expect(pretrained({ weights: state, cut: 99 })).rejects.toThrow('the cut 99')
  odd['conv1.weight'].dispose()
  odd['conv1.weight'] = state['conv1.weight']!
  const learn = await pretrained({ strict: false })
  learn.model.dispose()
  dispose([bias!, weight!, fcBias!])
  dispose(odd)
})

// not even where names may differ: the body would pass for pretrained
it.each([true, false])('refuses weights of which none fits (strict: %s)', async strict => {
  const complaintOf = async (rename: (name: string) => string) => {
    const weights = () => {
      const state = Object.entries(trained())
      return Object.fromEntries(state.map(([name, value]) => [rename(name), value]))
    }
    const run = ConvLearner.pretrained(tinyNet, pictureData(), { weights, strict })
    return run.then(
      () => 'nothing',
      (error: Error) => error.message,
    )
  }
  expect(await complaintOf(name => `module.${name}`)).toBe(
    "none of the 32 weights has a name of the body's, the first is module.conv1.weight; " +
      'expected names such as conv1.weight. Give a function that takes "module." off.',
  )
  expect(await complaintOf(name => name.toUpperCase())).toBe(
    "none of the 32 weights has a name of the body's, the first is CONV1.WEIGHT; " +
      'expected names such as conv1.weight. ' +
      'Give weights of this architecture, or a function that renames them.',
  )
})

const flat = (outputs: number) => [new AdaptiveAvgPool2d(), new Flatten(), new Linear(3, outputs)]
const loaderOf = (target: () => Tensor): DataLoader => ({
  length: 1,
  async *[Symbol.asyncIterator]() {
    yield { inputs: [hashed(1, [4, 6, 6, 3])], target: target(), items: 4 }
  },
})

it.each([
  ['one label', {}, () => tensor([0, 1, 0, 1], [4], 'int32'), ['accuracy']],
  [
    'several labels',
    { isMulti: true },
    () =>
      tensor([
        [1, 0],
        [1, 1],
        [0, 0],
        [0, 1],
      ]),
    ['accuracy'],
  ],
  [
    'numbers',
    { isReg: true },
    () =>
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
      ]),
    [],
  ],
])('chooses loss and metrics for %s', async (_name, kind, target, metrics) => {
  manualSeed(2)
  const model = new Sequential(...flat(2))
  const loader = loaderOf(target)
  const learn = ConvLearner.fromModelData(model, {
    train: loader,
    validation: loader,
    c: 2,
    ...kind,
  })
  expect(learn.layerGroups.length).toBe(3)
  expect(learn.options.metrics!.map(({ name }) => name)).toEqual(metrics)
  const { history } = await learn.fit(0.05, 20)
  const [first, last] = [history[0]!.valLoss!, history.at(-1)!.valLoss!]
  expect(last).toBeLessThan(first)
  learn.dispose()
  model.dispose()
})

it('computes those losses right', async () => {
  const model = new Sequential()
  const train = loaderOf(() => zeros([4]))
  const lossOf = async (kind: object, output: Tensor, target: Tensor) => {
    const learn = ConvLearner.fromModelData(model, { train, c: 2, ...kind })
    const loss = learn.options.loss(output, target)
    const [value] = await loss.data()
    dispose([loss, output, target])
    return value!
  }
  const logits = () => tensor([[0, Math.log(3)]])
  const label = tensor([1], [1], 'int32')
  expect(await lossOf({}, logits(), label)).toBeCloseTo(-Math.log(3 / 4), 6)
  const multi = await lossOf({ isMulti: true }, logits(), tensor([[1, 1]]))
  expect(multi).toBeCloseTo((Math.log(2) + Math.log(4 / 3)) / 2, 6)
  expect(await lossOf({ isReg: true }, tensor([[1, -2]]), tensor([[3, 2]]))).toBeCloseTo(3, 6)
})

it('lets what is given go first', () => {
  const model = new Sequential(new Conv2d(3, 2, 1))
  const loss = (y: Tensor) => y
  const data = pictureData()
  const learn = ConvLearner.fromModelData(model, data, { loss, metrics: [], path: 'elsewhere' })
  expect(learn.options).toMatchObject({ loss, metrics: [], path: 'elsewhere' })
  expect(() => {
    learn.precompute = true
  }).toThrow(
    new DlError('no-body', {
      problem: 'precompute was switched on for a model without a body and a head',
      expected: 'a learner made by ConvLearner.pretrained',
    }),
  )
  model.dispose()
})

it('takes regression and multi-label heads from the data', async () => {
  const weights = trained()
  const data = pictureData()
  for (const kind of [{ isMulti: true }, { isReg: true }]) {
    const learn = await ConvLearner.pretrained(tinyNet, { ...data, ...kind }, { weights })
    const model = learn.model as Sequential
    expect(String(model[model.length - 1])).toBe('Linear(512, 3)')
    learn.model.dispose()
  }
  for await (const batch of data.validation) disposeBatch(batch)
  dispose(weights)
})
