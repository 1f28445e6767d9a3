/** A look at validation in mid-epoch, and calls that overlap. */
import type { Callback } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import { ArrayDataset, type DataLoader, dataLoader } from '@dl/data'
import {
  BatchNorm1d,
  crossEntropy,
  Dropout,
  GRU,
  Linear,
  Module,
  Sequential,
  summary,
} from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { evaluate, fit, Learner, predictWithTargets, type TrainableModel } from '@dl/train'
import { dispose, ones, reshape, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

const inputs = { data: Float32Array.from({ length: 32 }, (_, i) => Math.sin(i)), shape: [16, 2] }
const set = new ArrayDataset({
  inputs: [inputs],
  target: Int32Array.from({ length: 16 }, (_, i) => (i >> 1) % 2),
})
const load = (shuffle = false) => dataLoader(set, { bs: 4, shuffle, seed: 1 })

/** Batch norm, dropout and a state that is carried from batch to batch. */
class Net extends Module {
  norm = new BatchNorm1d(2)
  gru = new GRU(2, 4, { stateful: true })
  drop = new Dropout(0.3)
  out = new Linear(4, 2)
  pinned = new Sequential(new Dropout(0.5)).eval()
  forward(x: Tensor): Tensor {
    const steps = reshape(this.norm.call(x), [1, -1, 2])
    return this.out.call(this.drop.call(reshape(this.gru.call(steps).output, [-1, 4])))
  }
}

interface Looked {
  model: Net
  learn: Learner
}

/** Two epochs, with a look after the third batch of each; what was trained must not show it. */
async function train(look?: (looked: Looked) => unknown) {
  manualSeed(1)
  const model = new Net()
  const data = { train: load(true), validation: load(), aug: load() }
  using learn = new Learner(model, data, { loss: crossEntropy, optFn: adam })
  const modes: boolean[][] = []
  const watch: Callback = {
    name: 'watch',
    onBatchBegin: () => void modes.push([model.training, model.norm.training, model.drop.training]),
    async onBatchEnd({ batch }) {
      if (batch === 3) await look?.({ model, learn })
    },
  }
  const { history } = await learn.fit(0.01, 2, { callbacks: [watch] })
  model.dispose()
  return { history, modes: new Set(modes.flat()) }
}

describe('a look in mid-epoch changes nothing of what is learnt', () => {
  let right: Awaited<ReturnType<typeof train>> | undefined
  const broken: DataLoader = {
    async *[Symbol.asyncIterator]() {
      yield { inputs: [ones([4, 2])], target: ones([4], 'int32'), items: 4 }
      throw new Error('broken')
    },
  }
  it.each<[string, (looked: Looked) => unknown]>([
    ['evaluate', ({ model }) => evaluate(model, load(), crossEntropy)],
    [
      'an evaluate that throws',
      ({ model }) => expect(evaluate(model, broken, crossEntropy)).rejects.toThrow('broken'),
    ],
    ['predict', async ({ learn }) => (await learn.predict()).dispose()],
    [
      'a predict that throws',
      ({ model }) => expect(predictWithTargets(model, broken)).rejects.toThrow('broken'),
    ],
    ['tta', async ({ learn }) => dispose({ ...(await learn.tta()) })],
    ['summary of a Learner', ({ learn }) => learn.summary()],
    [
      'summary',
      ({ model }) => {
        const x = ones([4, 2])
        summary(model, x)
        x.dispose()
      },
    ],
    [
      'an evaluate that nobody waits for',
      ({ model }) => void evaluate(model, load(), crossEntropy),
    ],
  ])('%s', async (_, look) => {
    right ??= await train()
    const looked = await train(look)
    expect(looked).toEqual(right)
    expect(looked.modes).toEqual(new Set([true]))
  })
})

describe('modes', () => {
  it('are what they were before, module by module', async () => {
    const model = new Net()
    const modes = () => [...model.namedModules()].map(([, module]) => module.training)
    const before = modes()
    expect(before).toContain(false)
    await evaluate(model, load(), crossEntropy)
    expect(modes()).toEqual(before)
    using lo = new LayerOptimizer(adam, model, 0.01)
    await fit(model, { train: load(), validation: load() }, 1, lo, crossEntropy)
    expect(modes()).toEqual(before)
    model.dispose()
  })

  it('of a model that is no Module come back by its flag', async () => {
    const inner = new Linear(2, 2)
    const model: TrainableModel & { training: boolean } = {
      training: true,
      call: (x: Tensor) => inner.call(x),
      train: () => void (model.training = true),
      eval: () => void (model.training = false),
      resetState() {},
    }
    await evaluate(model, load(), crossEntropy)
    expect(model.training).toBe(true)
    inner.dispose()
  })

  it('and carried state flow on where asked', async () => {
    const model = new Net()
    const state = async () => [...(await model.gru.carried.h!.value.data())]
    const before = await state()
    await evaluate(model, load(), crossEntropy)
    expect(await state()).toEqual(before)
    await evaluate(model, load(), crossEntropy, { carryState: true })
    expect(await state()).not.toEqual(before)
    model.dispose()
  })
})

describe('calls that overlap', () => {
  const busy = (who: string, holder: string) => (error: unknown) =>
    DlError.is(error, 'model-busy') &&
    error.message.startsWith(`${who} was called while ${holder} is at work`)

  it('fit beside fit is refused, also from a callback', async () => {
    const model = new Net()
    using lo = new LayerOptimizer(adam, model, 0.01)
    const run = (callbacks: Callback[] = []) =>
      fit(model, { train: load() }, 1, lo, crossEntropy, { callbacks })
    const first = run()
    await expect(run()).rejects.toSatisfy(busy('fit', 'fit'))
    expect((await first).history).toHaveLength(1)
    const nested = run([
      { name: 'nested', onBatchEnd: () => expect(run()).rejects.toSatisfy(busy('fit', 'fit')) },
    ])
    expect((await nested).history).toHaveLength(1)
    model.dispose()
  })

  it('evaluate beside evaluate or beside a step is refused, and both are free afterwards', async () => {
    const model = new Net()
    const first = evaluate(model, load(), crossEntropy)
    await expect(evaluate(model, load(), crossEntropy)).rejects.toSatisfy(
      busy('evaluate', 'evaluate'),
    )
    await first
    using lo = new LayerOptimizer(adam, model, 0.01)
    const refused: unknown[] = []
    const spying: DataLoader = {
      async *[Symbol.asyncIterator]() {
        yield* load()
        await evaluate(model, load(), crossEntropy).catch(error => refused.push(error))
      },
    }
    await fit(model, { train: spying }, 1, lo, crossEntropy)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toSatisfy(busy('evaluate', 'fit'))
    await evaluate(model, load(), crossEntropy)
    model.dispose()
  })
})
