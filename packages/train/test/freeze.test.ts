import { manualSeed, Parameter } from '@dl/core'
import type { DataLoader } from '@dl/data'
import {
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Dropout,
  Flatten,
  Linear,
  Module,
  Sequential,
} from '@dl/layers'
import { adam, type UpdateRule } from '@dl/optim'
import { Learner } from '@dl/train'
import { add, ones, randomUniform, relu, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const batches = (length: number): DataLoader => ({
  length,
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < length; i++) {
      const inputs = [randomUniform([4, 5, 5, 2], 1, 3, 'float32', i)]
      yield { inputs, target: tensor([0, 1, 0, 1], [4], 'int32'), items: 4 }
    }
  },
})
const [loader, oneBatch] = [batches(3), batches(1)]

/** A convolution with batch norm, another, and a head. */
const net = () =>
  new Sequential(
    new Sequential(new Conv2d(2, 3, 3), new BatchNorm2d(3)),
    new Sequential(new Conv2d(3, 3, 3), new BatchNorm2d(3)),
    new Sequential(new Flatten(), new Linear(3, 2)),
  )

let model: Sequential

beforeEach(() => {
  manualSeed(5)
  model = net()
})

afterEach(() => model.dispose())

const learner = (optFn?: () => UpdateRule) =>
  new Learner(model, { train: loader }, { loss: crossEntropy, ...(optFn && { optFn }) })

const stateOf = async (module: Module) => {
  const state = module.stateDict()
  const values = await Promise.all(Object.values(state).map(async t => [...(await t.data())]))
  for (const t of Object.values(state)) t.dispose()
  return Object.fromEntries(Object.keys(state).map((name, i) => [name, values[i]!]))
}

const trained = () => [0, 1, 2].map(i => model[i]!.trainable)

describe('which groups train', () => {
  it('is said by index, from either end', () => {
    const learn = learner()
    const after = (change: () => void) => {
      change()
      // the flags of modules, which batch norms obey, and those of parameters
      const flags = [0, 1, 2].map(i => [...model[i]!.parameters()].every(p => p.trainable))
      expect(flags).toEqual(trained())
      return trained()
    }
    expect(after(() => learn.freeze())).toEqual([false, false, true])
    expect(after(() => learn.freezeTo(-2))).toEqual([false, true, true])
    expect(after(() => learn.freezeAllBut(1))).toEqual([false, true, false])
    expect(after(() => learn.freezeGroups([1, -1]))).toEqual([true, false, false])
    expect(after(() => learn.unfreezeGroups([1]))).toEqual([true, true, false])
    expect(after(() => learn.unfreeze())).toEqual([true, true, true])
  })

  it('must exist', () => {
    const learn = learner()
    const message = (n: number) => `there is no layer group ${n}; expected an integer from -3 to 2.`
    expect(() => learn.freezeTo(3)).toThrow(message(3))
    expect(() => learn.freezeAllBut(-4)).toThrow(message(-4))
    expect(() => learn.freezeGroups([0, 0.5])).toThrow(message(0.5))
    expect(() => learn.unfreezeGroups([7])).toThrow(message(7))
    expect(trained()).toEqual([true, true, true])
  })

  it('counts tied weights as trained where one of their groups is', () => {
    const tied = new Linear(2, 2)
    const learn = new Learner(
      model,
      { train: loader },
      { loss: crossEntropy, layerGroups: [tied, model[1]!, tied] },
    )
    learn.freezeAllBut(0)
    expect(tied.weight.trainable).toBe(true)
    learn.freezeAllBut(1)
    expect(tied.weight.trainable).toBe(false)
    tied.dispose()
  })

  it('includes parameters that lie beside the children', () => {
    class Scaled extends Module {
      readonly body = new Linear(2, 2)
      readonly head = new Linear(2, 2)
      readonly shift = new Parameter(() => zeros([2]))
      forward(x: Tensor): Tensor {
        return add(this.head.call(relu(this.body.call(x))), this.shift.value)
      }
    }
    const scaled = new Scaled()
    const learn = new Learner(scaled, { train: loader }, { loss: crossEntropy })
    expect(learn.layerGroups).toHaveLength(2)
    learn.freezeAllBut(0)
    expect(scaled.shift.trainable).toBe(false)
    learn.freeze()
    expect(scaled.shift.trainable).toBe(true)
    scaled.dispose()
  })
})

describe('a frozen batch norm', () => {
  it('is the same to the bit after training, and the others are not', async () => {
    using learn = learner()
    await learn.fit(0.1, 1)
    learn.freezeTo(1)
    const [first, second] = [await stateOf(model[0]!), await stateOf(model[1]!)]
    await learn.fit(0.1, 1)
    expect(await stateOf(model[0]!)).toEqual(first)
    const after = await stateOf(model[1]!)
    // a bias in front of a norm changes nothing, so it has no gradient
    const learnt = Object.keys(second).filter(name => name !== '0.bias')
    for (const name of learnt) expect(after[name], name).not.toEqual(second[name])
  })

  it('is what bnFreeze makes of all: statistics stay, scale and shift learn', async () => {
    using learn = learner()
    learn.bnFreeze()
    const before = await stateOf(model)
    await learn.fit(0.1, 1)
    const after = await stateOf(model)
    expect(after['0.1.running_mean']).toEqual(before['0.1.running_mean'])
    expect(after['1.1.running_var']).toEqual(before['1.1.running_var'])
    expect(after['0.1.weight']).not.toEqual(before['0.1.weight'])
    learn.bnFreeze(false)
    await learn.fit(0.1, 1)
    expect(await stateOf(model)).not.toMatchObject({
      '0.1.running_mean': before['0.1.running_mean'],
    })
  })

  it('stays pinned whatever is frozen or not', () => {
    using learn = learner()
    learn.bnFreeze()
    learn.freeze()
    learn.unfreeze()
    const norms = [0, 1].map(i => (model[i] as Sequential)[1] as BatchNorm2d)
    expect(norms.map(norm => norm.pinned)).toEqual([true, true])
    learn.bnFreeze(false)
    expect(norms.map(norm => norm.pinned)).toEqual([false, false])
  })

  it('needs a Module', () => {
    const { call, train, eval: judge, resetState, parameters, children } = model
    const plain = { call, train, eval: judge, resetState, parameters, children }
    const bare = Object.assign(Object.create(null), plain, {
      children: () => [],
      parameters: () => [],
    })
    const learn = new Learner(bare, { train: loader }, { loss: crossEntropy })
    expect(() => learn.bnFreeze()).toThrow(
      'the model is no Module, so its batch norms are not known; expected a Module of @dl/layers.',
    )
  })
})

it('dropout goes on in groups that rest', async () => {
  using dropping = new Sequential(new Dropout(0.5), new Linear(400, 1))
  const learn = new Learner(dropping, { train: loader }, { loss: crossEntropy })
  learn.freeze()
  expect(dropping[0]!.trainable).toBe(false)
  const x = ones([400])
  const y = dropping.train()[0]!.call(x)
  const dropped = (await y.data()).filter(value => value === 0).length
  expect(Math.abs(dropped - 200)).toBeLessThan(40)
  for (const t of [x, y]) t.dispose()
})

it('keeps the optimizer’s memory of what rests', async () => {
  // without weights that move, the only thing left of the first epoch is adam's memory
  const body = async (keepState: boolean, pause: boolean) => {
    manualSeed(5)
    using own = net()
    const data = { train: oneBatch }
    using learn = new Learner(own, data, { loss: crossEntropy, optFn: adam })
    await learn.fit(0, 1)
    if (pause) {
      learn.freeze()
      await learn.fit(0, 1, { keepState })
      learn.unfreeze()
    }
    await learn.fit(1e-3, 1, { keepState })
    return (await stateOf(own[0]!))['0.weight']
  }
  const unbroken = await body(true, false)
  expect(await body(true, true)).toEqual(unbroken)
  expect(await body(false, true)).not.toEqual(unbroken)
})
