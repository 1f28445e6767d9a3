import { cosAnneal, lossRecorder, oneCycle } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import type { DataLoader } from '@dl/data'
import { Linear } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { evaluate, type FitOptions, fit, Learner } from '@dl/train'
import { zeros } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { batch, line, meanSquare, stream } from './parts'

let model: Linear
let lo: LayerOptimizer
const warn = vi.spyOn(console, 'warn')

beforeEach(() => {
  warn.mockReset().mockImplementation(() => {})
  manualSeed(1)
  model = new Linear(1, 1)
  lo = new LayerOptimizer(sgd, model, 0.1)
})

afterEach(() => {
  lo.dispose()
  model.dispose()
})

const run = (train: DataLoader, epochs = 2, options?: FitOptions) =>
  fit(model, { train, validation: line(1) }, epochs, lo, meanSquare, options)

describe('a loader that yields', () => {
  it.each([
    ['fewer', 3, 4],
    ['more', 4, 2],
  ])(
    '%s batches than it says: an epoch is what came, and it is said once',
    async (_, count, says) => {
      const ends: number[][] = []
      const look = {
        name: 'look',
        onPhaseEnd: (ctx: { batch: number; batchesInEpoch: number }) =>
          void ends.push([ctx.batch, ctx.batchesInEpoch]),
      }
      const cycles: number[] = []
      const schedule = cosAnneal(lo, { onCycleEnd: cycle => void cycles.push(cycle) })
      const { history, stopped } = await run(line(count, says), 2, { callbacks: [look, schedule] })
      expect(history).toHaveLength(2)
      expect(stopped).toBeNull()
      expect(ends).toEqual([
        [count, count],
        [count, count],
      ])
      expect(cycles).toEqual([0, 1])
      expect(warn).toHaveBeenCalledExactlyOnceWith(
        `@dl/train: the training loader has the length ${says} and yielded ${count} batches; what came is what counts.`,
      )
    },
  )

  it('nothing is refused, in whichever epoch', async () => {
    await expect(run(line(0, 3))).rejects.toThrow('the training loader yielded nothing in epoch 0')
    let epoch = 0
    const dries: DataLoader = {
      length: 2,
      async *[Symbol.asyncIterator]() {
        for (let i = 0; i < 2 && epoch === 0; i++) yield batch(i)
        epoch++
      },
    }
    await expect(run(dries)).rejects.toThrow('the training loader yielded nothing in epoch 1')
  })

  it('batches without items, all pictures skipped: they are passed over', async () => {
    const gaps: DataLoader = {
      length: 3,
      async *[Symbol.asyncIterator]() {
        yield batch(0)
        yield { inputs: [zeros([0, 1])], target: zeros([0, 1]), items: 0 }
        yield batch(1)
      },
    }
    const { history } = await run(gaps)
    expect(history[1]!.trnLoss).toBeGreaterThan(0)
    expect((await evaluate(model, gaps, meanSquare)).items).toBe(8)
  })

  it.each([
    [null, 'the training loader yielded null'],
    [{ inputs: 3, target: 4, items: 1 }, 'a batch with the inputs 3'],
    [{ inputs: [], target: [1], items: 1 }, 'a batch with the target [1]'],
  ])('what is no batch, %o, is refused', async (value, problem) => {
    const odd = {
      length: 1,
      async *[Symbol.asyncIterator]() {
        yield value
      },
    }
    await expect(run(odd as never)).rejects.toThrow(problem)
  })

  it('a batch that does not say its items is refused', async () => {
    const tensors = batch()
    const odd = {
      async *[Symbol.asyncIterator]() {
        yield { ...tensors, items: undefined }
      },
    }
    await expect(run(odd as never)).rejects.toThrow('a batch with undefined items')
    for (const tensor of [...tensors.inputs, tensors.target]) tensor.dispose()
  })
})

describe('a loader of unknown length', () => {
  it.each([
    ['none', stream(3)],
    ['Infinity', line(3, Number.POSITIVE_INFINITY)],
    ['NaN', line(3, Number.NaN)],
  ])('(%s) trains, and from the second epoch on it is known', async (_, train) => {
    const seen: number[] = []
    const look = {
      name: 'look',
      onBatchBegin: (ctx: { batchesInEpoch: number }) => void seen.push(ctx.batchesInEpoch),
    }
    const { history } = await run(train, 2, { callbacks: [look] })
    expect(history).toHaveLength(2)
    expect(seen).toEqual([Infinity, Infinity, Infinity, 3, 3, 3])
    expect(warn).not.toHaveBeenCalled()
  })

  it('moves hyperparameters that are functions by whole epochs at first', async () => {
    const own = new LayerOptimizer(sgd, model, position => 0.1 * (1 - position))
    const recorder = lossRecorder()
    await fit(model, { train: stream(2) }, 2, own, meanSquare, { callbacks: [recorder] })
    expect(recorder.lrs.map(lr => +lr.toFixed(6))).toEqual([0.1, 0.1, 0.05, 0.025])
    own.dispose()
  })

  it('needs schedules that count batches', async () => {
    await expect(run(stream(3), 1, { callbacks: [oneCycle(lo)] })).rejects.toThrow(
      'oneCycle counts epochs, and the loader does not tell how many batches one has',
    )
    const schedule = oneCycle(lo, { cycleLen: { batches: 3 } })
    expect((await run(stream(3), 1, { callbacks: [schedule] })).history).toHaveLength(1)
  })

  it('is swept by the finder over as many epochs as it takes', async () => {
    using learn = new Learner(model, { train: stream(3) }, { loss: meanSquare, optFn: sgd })
    const { lrs } = await learn.lrFind({ batches: 20, endLr: 1e-3 })
    expect(lrs).toHaveLength(20)
  })
})

describe('what is no loader of epochs', () => {
  it('a generator object yields once: refused for more epochs than one', async () => {
    const generator = async function* () {
      for (let i = 0; i < 3; i++) yield batch(i)
    }
    expect((await run(generator(), 1)).history).toHaveLength(1)
    await expect(run(generator(), 2)).rejects.toThrow(
      'the training loader is a generator, which yields its batches once, and there are 2 epochs; expected a loader that begins anew whenever it is asked for an iterator. Give the generator function, not what it returned: { [Symbol.asyncIterator]: batches }.',
    )
    const data = { train: line(1), validation: generator() }
    await expect(fit(model, data, 2, lo, meanSquare)).rejects.toThrow(
      'the validation loader is a generator',
    )
    await expect(run(generator as never)).rejects.toThrow(
      'Give { [Symbol.asyncIterator]: generator } if it makes',
    )
    expect((await run({ [Symbol.asyncIterator]: generator })).history).toHaveLength(2)
  })

  it.each([-1, 2.5, '3'])('a length of %o is refused', async length => {
    await expect(run({ ...line(3), length } as never)).rejects.toThrow(
      /the length of the training loader is .*; expected the number of its batches/,
    )
  })
})

it('a loader that throws is named, and nothing is left behind', async () => {
  const broken: DataLoader = {
    length: 3,
    async *[Symbol.asyncIterator]() {
      yield batch()
      throw new RangeError('disk gone.')
    },
  }
  const error = await run(broken).catch(e => e)
  expect(DlError.is(error, 'loader-failed')).toBe(true)
  expect(error.message).toBe(
    "the training loader threw after batch 1: disk gone. The loader's own error is this one's cause.",
  )
  expect(error.cause).toBeInstanceOf(RangeError)
})
