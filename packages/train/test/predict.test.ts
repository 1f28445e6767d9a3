import { manualSeed } from '@dl/core'
import type { Batch, DataLoader } from '@dl/data'
import { crossEntropy, Dropout, Linear, LogSoftmax, Module, Sequential } from '@dl/layers'
import { evaluate, Learner, predictWithTargets } from '@dl/train'
import {
  add,
  div,
  logSoftmax,
  mean,
  mul,
  sigmoid,
  softmax,
  type Tensor,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const LABELS = [2, 0, 1, 1, 0]
/** Five items of two features. */
const items = Array.from({ length: 5 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])

/** Batches of three and two; augmented, each epoch shifts the features by its own number. */
function loaderOf({ augmented = false, order = [0, 1, 2, 3, 4] } = {}): DataLoader {
  let epoch = 0
  return {
    length: 2,
    async *[Symbol.asyncIterator]() {
      epoch++
      for (const [from, count] of [
        [0, 3],
        [3, 2],
      ] as const) {
        const chosen = order.slice(from, from + count)
        const rows = chosen.map(i => items[i]!.map(x => (augmented ? x + epoch / 10 : x)))
        const target = tensor(
          chosen.map(i => LABELS[i]!),
          [count],
          'int32',
        )
        yield { inputs: [tensor(rows, [count, 2])], target, items: count }
      }
    },
  }
}

let model: Sequential

beforeEach(() => {
  manualSeed(2)
  model = new Sequential(new Linear(2, 8), new Dropout(0.5), new Linear(8, 3))
})

afterEach(() => model.dispose())

const learner = (more: { aug?: DataLoader; test?: DataLoader; testAug?: DataLoader } = {}) =>
  new Learner(model, { train: loaderOf(), validation: loaderOf(), ...more }, { loss: crossEntropy })

/** What the model says of all items at once. */
const outputs = (shift = 0): Tensor =>
  tidy(() => model.eval().call(add(tensor(items, [5, 2]), shift)))

const read = async (t: Tensor) => [...(await t.data())]
const closeTo = (values: number[]) => values.map(value => expect.closeTo(value, 5))

describe('predictWithTargets', () => {
  it('joins batches of different sizes, in eval mode, and puts the mode back', async () => {
    model.train()
    const { predictions, targets } = await learner().predictWithTargets()
    expect(model.training).toBe(true)
    const expected = outputs()
    expect(predictions.shape).toEqual([5, 3])
    expect(await read(predictions)).toEqual(closeTo(await read(expected)))
    expect(await read(targets)).toEqual(LABELS)
    for (const t of [predictions, targets, expected]) t.dispose()
  })

  it('keeps nothing of what a model hands through', async () => {
    class HandsThrough extends Module {
      forward(x: Tensor): Tensor {
        return x
      }
    }
    const { predictions, targets } = await predictWithTargets(new HandsThrough(), loaderOf())
    expect(await read(predictions)).toEqual(closeTo(items.flat()))
    for (const t of [predictions, targets]) t.dispose()
  })

  it('lets timers in', async () => {
    let ticks = 0
    const timer = setInterval(() => ticks++, 5)
    const until = performance.now() + 200
    const long: DataLoader = {
      async *[Symbol.asyncIterator]() {
        while (performance.now() < until) {
          yield { inputs: [tensor([[0, 0]])], target: tensor([0]), items: 1 }
        }
      },
    }
    const { predictions, targets } = await predictWithTargets(model, long)
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(0)
    for (const t of [predictions, targets]) t.dispose()
  })

  // the leak guard counts what these leave behind
  describe('leaves nothing when', () => {
    const failing = (at: 'loader' | 'model'): [Module, DataLoader] => {
      class Fails extends Module {
        #calls = 0
        forward(x: Tensor): Tensor {
          this.#calls++
          if (at === 'model' && this.#calls === 2) throw new Error('the model broke')
          return mul(x, 2)
        }
      }
      const loader = {
        length: 3,
        async *[Symbol.asyncIterator]() {
          const batch = (): Batch => ({ inputs: [tensor([[1, 2]])], target: tensor([0]), items: 1 })
          yield batch()
          yield batch()
          if (at === 'loader') throw new Error('the loader broke')
          yield batch()
        },
      }
      return [new Fails(), loader]
    }

    it.each(['loader', 'model'] as const)('the %s throws midway', async at => {
      await expect(predictWithTargets(...failing(at))).rejects.toThrow(`the ${at} broke`)
      const [broken, loader] = failing(at)
      const loss = (y: Tensor) => mean(mul(y, 0))
      await expect(evaluate(broken, loader, loss)).rejects.toThrow(`the ${at} broke`)
    })

    it('there is nothing', async () => {
      const empty = { length: 0, async *[Symbol.asyncIterator]() {} }
      await expect(predictWithTargets(model, empty)).rejects.toThrow(
        'the given loader yielded nothing; expected at least one batch.',
      )
    })
  })
})

describe('tta', () => {
  it('is the average written out by hand', async () => {
    const { probabilities, targets } = await learner({ aug: loaderOf({ augmented: true }) }).tta()
    // the plain one and four augmented, a fifth each
    const passes = [0, 1, 2, 3, 4].map(epoch => tidy(() => softmax(outputs(epoch / 10))))
    const values = await Promise.all(passes.map(read))
    const byHand = values[0]!.map((_, i) => values.reduce((sum, pass) => sum + pass[i]!, 0) / 5)
    expect(await read(probabilities)).toEqual(closeTo(byHand))
    expect(probabilities.shape).toEqual([5, 3])
    expect(await read(targets)).toEqual(LABELS)
    for (const t of [...passes, probabilities, targets]) t.dispose()
  })

  it('gives the stack on request, the plain pass as often as nAug / 4 rounded up', async () => {
    const learn = learner({ aug: loaderOf({ augmented: true }) })
    const { logProbabilities, targets } = await learn.tta({ nAug: 5, stack: true })
    expect(logProbabilities.shape).toEqual([7, 5, 3])
    const all = await read(logProbabilities)
    const pass = (i: number) => all.slice(i * 15, (i + 1) * 15)
    expect(pass(1)).toEqual(pass(0))
    for (const [i, shift] of [
      [0, 0],
      [2, 0.1],
      [6, 0.5],
    ] as const) {
      const expected = tidy(() => logSoftmax(outputs(shift)))
      expect(pass(i)).toEqual(closeTo(await read(expected)))
      expected.dispose()
    }
    for (const t of [logProbabilities, targets]) t.dispose()
  })

  it('is the same for a net that ends with LogSoftmax', async () => {
    const aug = () => loaderOf({ augmented: true })
    const one = await learner({ aug: aug() }).tta()
    const data = { train: loaderOf(), validation: loaderOf(), aug: aug() }
    const ended = new Sequential(model, new LogSoftmax())
    const two = await new Learner(ended, data, { loss: crossEntropy }).tta()
    expect(await read(two.probabilities)).toEqual(closeTo(await read(one.probabilities)))
    for (const { probabilities, targets } of [one, two]) {
      for (const t of [probabilities, targets]) t.dispose()
    }
  })

  it('asks each class by itself where items may have several labels', async () => {
    const aug = loaderOf({ augmented: true })
    const data = { train: loaderOf(), validation: loaderOf(), aug, isMulti: true }
    const learn = new Learner(model, data, { loss: crossEntropy })
    const { probabilities, targets } = await learn.tta({ nAug: 2 })
    const byHand = tidy(() => {
      const [plain, first, second] = [0, 0.1, 0.2].map(shift => sigmoid(outputs(shift)))
      return div(add(add(plain!, first!), second!), 3)
    })
    expect(await read(probabilities)).toEqual(closeTo(await read(byHand)))
    for (const t of [probabilities, targets, byHand]) t.dispose()
  })

  it('takes the test set with what augments it', async () => {
    const [test, testAug] = [
      loaderOf({ order: [4, 3, 2, 1, 0] }),
      loaderOf({ order: [4, 3, 2, 1, 0] }),
    ]
    const learn = learner({ test, testAug })
    const { targets, logProbabilities } = await learn.tta({ loader: test, nAug: 2, stack: true })
    expect(await read(targets)).toEqual([0, 1, 1, 0, 2])
    const all = await read(logProbabilities)
    expect(all.slice(15, 30)).toEqual(all.slice(0, 15))
    for (const t of [targets, logProbabilities]) t.dispose()
  })

  it('refuses what would average different items', async () => {
    const shuffled = loaderOf({ order: [1, 0, 2, 3, 4] })
    await expect(learner().tta({ aug: shuffled })).rejects.toThrow(
      'targets of shape [5] of the augmented loader differ from those of the plain one, of [5]; expected the same items in the same order. Give a loader that does not shuffle.',
    )
    const learn = learner({ aug: loaderOf() })
    await expect(learn.tta({ nAug: 0 })).rejects.toThrow(
      'nAug is 0; expected an integer of at least 1.',
    )
    await expect(learn.tta({ loader: loaderOf() })).rejects.toThrow(
      'the data has no augmented loader for these items',
    )
  })
})
