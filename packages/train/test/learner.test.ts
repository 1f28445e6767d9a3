import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { progress, stepLR } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import { type DataLoader, dataLoader, files } from '@dl/data'
import { GRU, Linear, Module, Sequential } from '@dl/layers'
import { adam, adamW, type LayerOptimizer, sgd } from '@dl/optim'
import { Learner, type LearnerOptions } from '@dl/train'
import { mean, square, sub, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const loss = (y: Tensor, target: Tensor): Tensor => mean(square(sub(y, target)))

const line = (length: number): DataLoader => ({
  length,
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < length; i++) {
      yield {
        inputs: [tensor([0.1, 0.5, -0.3, 1], [4, 1])],
        target: tensor([0.2, 1, -0.6, 2], [4, 1]),
        items: 4,
      }
    }
  },
})

let model: Sequential
let folder: string

beforeEach(async () => {
  manualSeed(4)
  model = new Sequential(new Linear(1, 3), new Linear(3, 2), new Linear(2, 1))
  folder = await mkdtemp(files.join(tmpdir(), 'dl-learner-'))
})

afterEach(async () => {
  model.dispose()
  await rm(folder, { recursive: true })
})

const learner = (options: Partial<LearnerOptions> = {}) =>
  new Learner(model, { train: line(20), validation: line(1) }, { loss, path: folder, ...options })

const weights = async (of: Module = model) => {
  const all = await Promise.all([...of.parameters()].map(({ value }) => value.data()))
  return all.map(values => [...values])
}

describe('fit', () => {
  it('has SGDR, clr or one cycle, in cycles that grow, and saves at the end of each', async () => {
    using learn = learner()
    const { history } = await learn.fit(0.1, 2, {
      cycleLen: 1,
      cycleMult: 2,
      cycleSaveName: 'sgdr',
      bestSaveName: 'best',
    })
    expect(history).toHaveLength(3)
    expect((await readdir(folder)).sort()).toEqual([
      'best.safetensors',
      'sgdr_cyc_0.safetensors',
      'sgdr_cyc_1.safetensors',
    ])
    const record = learn.sched as { lrs: readonly number[] }
    expect(record.lrs[0]).toBe(0.1)
    expect(record.lrs[19]).toBeLessThan(0.001)
    expect(record.lrs[20]).toBe(0.1)
    await learn.fit(0.1, 1, { cycleLen: 1, useClr: { div: 5, cutDiv: 4 } })
    expect((learn.sched as typeof record).lrs[0]).toBeCloseTo(0.02, 6)
    await learn.fit(0.1, 1, { cycleLen: 1, useOneCycle: { div: 8 } })
    expect((learn.sched as typeof record).lrs[0]).toBeCloseTo(0.0125, 6)
  })

  it('takes a schedule of another kind, one at a time', async () => {
    using learn = learner()
    const schedule = (lo: LayerOptimizer) => stepLR(lo, { stepSize: 1 })
    await learn.fit(0.1, 2, { schedule })
    const { lrs } = learn.sched as { lrs: readonly number[] }
    expect(lrs[0]).toBe(0.1)
    expect(lrs.at(-1)).toBeCloseTo(0.01, 12)
    await expect(learn.fit(0.1, 1, { schedule, useOneCycle: true })).rejects.toThrow(
      'learn.fit got schedule and useOneCycle; expected one schedule.',
    )
  })

  it('keeps the learning rate without a schedule, whatever cycleMult says of the epochs', async () => {
    using learn = learner()
    const { history } = await learn.fit(0.01, 3, { cycleMult: 2 })
    expect(history).toHaveLength(7)
    expect(new Set((learn.sched as { lrs: readonly number[] }).lrs)).toEqual(new Set([0.01]))
  })

  it('gives each child a learning rate, earliest first', async () => {
    using learn = learner()
    const before = await weights(model[0]!)
    await learn.fit([0, 0.01, 0.1], 1)
    expect(await weights(model[0]!)).toEqual(before)
    await expect(learn.fit([0.1, 0.2], 1)).rejects.toThrow('2 lrs were given for 3 layer groups')
  })

  it('starts with fresh momenta, or goes on with the last where asked', async () => {
    const run = async (keepState: boolean) => {
      manualSeed(4)
      const own = new Sequential(new Linear(1, 1))
      const data = { train: line(3) }
      const learn = new Learner(own, data, { loss, optFn: adam })
      await learn.fit(0.1, 1)
      await learn.fit(0.1, 1, { keepState })
      const result = await weights(own)
      learn.dispose()
      own.dispose()
      return result
    }
    expect(await run(true)).not.toEqual(await run(false))
  })

  it('follows the learning rate with decoupled weight decay', async () => {
    using learn = learner({ optFn: adamW })
    const { history } = await learn.fit(0.05, 1, { cycleLen: 2, wds: 0.1, useWdSched: true })
    expect(history).toHaveLength(2)
  })

  it('wants a schedule for saving cycles', async () => {
    using learn = learner()
    await expect(learn.fit(0.1, 1, { cycleSaveName: 'x' })).rejects.toThrow(
      'cycleSaveName is "x" but no schedule has cycles; expected cycleLen, useClr or useOneCycle beside it.',
    )
  })
})

describe('progress', () => {
  /** What a fit with two epochs writes to a terminal, or to what is none. */
  async function shown(isTTY: boolean, options: Partial<LearnerOptions> = {}, own?: boolean) {
    let text = ''
    const write = (more: string) => void (text += more)
    const streams = { stdout: { value: { isTTY } }, stderr: { value: { isTTY, write } } }
    vi.stubGlobal('process', Object.create(process, streams))
    try {
      using learn = learner(options)
      await learn.fit(0.1, 2, own === undefined ? {} : { progress: own })
    } finally {
      vi.unstubAllGlobals()
    }
    return text.match(/trn_loss/g)?.length ?? 0
  }

  it('is shown in a terminal, once, and nowhere else unless asked for', async () => {
    expect(await shown(true)).toBe(1)
    expect(await shown(false)).toBe(0)
    expect(await shown(true, { progress: false })).toBe(0)
    expect(await shown(true, { progress: false }, true)).toBe(1)
    expect(await shown(true, {}, false)).toBe(0)
    const mine = progress({ stream: { write: () => {} } })
    expect(await shown(true, { callbacks: [mine] })).toBe(0)
  })
})

it('says as text what it is made of', async () => {
  using learn = learner({ optFn: adam, clip: 0.5 })
  learn.freeze()
  expect(String(learn)).toMatchInlineSnapshot(`
    "model: Sequential: 17 weights, 3 to be trained
      Sequential(
        0: Linear(1, 3)
        1: Linear(3, 2)
        2: Linear(2, 1)
      )
    layer groups: 3
      0: Linear: 6 weights, 0 to be trained
      1: Linear: 8 weights, 0 to be trained
      2: Linear: 3 weights, all to be trained
    data: train 20 batches, validation 1 batch
    optimizer: none before the first fit"
  `)
  await learn.fit([0.1, 0.2, 0.3], 1, { wds: 0.01 })
  expect(String(learn).split('\n').at(-1)).toBe(
    'optimizer: adam, lr 0.1, 0.2, 0.3, weight decay 0.01, clip 0.5',
  )
})

describe('lrFind', () => {
  it('that found nothing is named where its suggestion is used', async () => {
    using learn = learner()
    const { suggestion } = await learn.lrFind({ batches: 1 })
    expect(suggestion).toBeNull()
    await expect(learn.fit(suggestion!, 1)).rejects.toThrow(
      'the learning rate of learn.fit is null; expected a number, or one for each layer group. The finder has no suggestion',
    )
  })

  it('finds a rate that trains better than a tenth of it, and changes nothing', async () => {
    manualSeed(4)
    const data = { train: line(120), validation: line(1) }
    using learn = new Learner(model, data, { loss, optFn: sgd })
    const before = await weights()
    const { suggestion, lrs } = await learn.lrFind({ endLr: 10 })
    expect(await weights()).toEqual(before)
    expect(lrs.length).toBeGreaterThan(20)
    const state = model.stateDict()
    const lossAt = async (lr: number) => {
      model.loadStateDict(state)
      using twin = new Learner(
        model,
        { train: line(15), validation: line(1) },
        { loss, optFn: sgd },
      )
      const { history } = await twin.fit(lr, 1)
      return history[0]!.valLoss ?? Number.NaN
    }
    const found = await lossAt(suggestion!)
    expect(found).toBeLessThan(await lossAt(suggestion! / 10))
    for (const t of Object.values(state)) t.dispose()
  })

  it('goes through few batches again, up to the highest rate', async () => {
    using learn = new Learner(model, { train: line(7) }, { loss, optFn: sgd })
    const sweep = { startLr: 1e-5, endLr: 1e-3, stopEarly: false }
    const { lrs } = await learn.lrFind(sweep)
    expect(lrs).toHaveLength(100)
    expect(lrs.at(-1)).toBeCloseTo(1e-3, 4)
    const { lrs: few } = await learn.lrFind({ ...sweep, batches: 10 })
    expect(few).toHaveLength(10)
  })
})

it('summarises the model on its own data', async () => {
  const { rows, nbParams } = await learner().summary()
  expect(rows.map(({ key, outputShape }) => `${key} ${outputShape}`)).toEqual([
    'Linear-1 -1,3',
    'Linear-2 -1,2',
    'Linear-3 -1,1',
  ])
  expect(nbParams).toBe(3 + 3 + 6 + 2 + 2 + 1)
})

it('a summary begins no epoch of training', async () => {
  const train = dataLoader(
    { length: 8, get: i => ({ inputs: [[i]], target: [i] }) },
    { bs: 2, shuffle: true, seed: 1 },
  )
  const learn = new Learner(model, { train }, { loss })
  const before = train.state()
  await learn.summary()
  expect(train.state()).toEqual(before)
})

describe('freezing', () => {
  const trained = () => [0, 1, 2].map(i => [...model[i]!.parameters()][0]!.trainable)

  it('trains the groups it is told to', () => {
    const learn = learner()
    learn.freeze()
    expect(trained()).toEqual([false, false, true])
    learn.freezeTo(1)
    expect(trained()).toEqual([false, true, true])
    learn.freezeAllBut(0)
    expect(trained()).toEqual([true, false, false])
    learn.unfreeze()
    expect(trained()).toEqual([true, true, true])
  })

  it('leaves frozen weights alone', async () => {
    using learn = learner({ optFn: adam })
    learn.freeze()
    const [first, last] = [await weights(model[0]!), await weights(model[2]!)]
    await learn.fit(0.1, 1, { wds: 0.1 })
    expect(await weights(model[0]!)).toEqual(first)
    expect(await weights(model[2]!)).not.toEqual(last)
  })
})

describe('predict, save and load', () => {
  it('joins the outputs over the validation set', async () => {
    using learn = learner()
    const outputs = await learn.predict(line(3))
    expect(outputs.shape).toEqual([12, 1])
    outputs.dispose()
    await expect(new Learner(model, { train: line(1) }, { loss }).predict()).rejects.toThrow(
      /no validation set/,
    )
  })

  it('brings weights back', async () => {
    using learn = learner()
    const before = await weights()
    expect(await learn.save('mine')).toBe(files.join(folder, 'mine.safetensors'))
    await learn.fit(0.1, 1)
    await learn.load('mine')
    expect(await weights()).toEqual(before)
    await expect(learn.load('other')).rejects.toSatisfy(error => DlError.is(error))
  })
})

it('treats a model without children as one group', async () => {
  const gru = new GRU(1, 1)
  class Bare extends Module {
    #inner = gru
    forward(x: Tensor): Tensor {
      return x
    }
    override *namedParameters() {
      yield* this.#inner.namedParameters()
    }
  }
  const learn = new Learner(new Bare(), { train: line(1) }, { loss })
  expect(learn.layerGroups).toHaveLength(1)
  gru.dispose()
})
