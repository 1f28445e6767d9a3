import type { Callback, TrainContext } from '@dl/callbacks'
import { crossEntropy, Generator, manualSeed, valueAndGrads } from '@dl/core'
import { ArrayDataset, type Batch, type DataLoader, dataLoader, disposeBatch } from '@dl/data'
import { Linear, Sequential } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { fit } from '@dl/train'
import { mixup } from '@dl/vision'
import {
  add,
  logSoftmax,
  mean,
  mul,
  neg,
  oneHot,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { hashed, hashedIds } from '../../../scripts/golden'
import { symmetricBeta } from '../src/beta'

const ctx = {} as TrainContext
const mixOf = (callback: Callback, batch: Batch): Batch => {
  let mixed = batch
  tidy(() => {
    mixed = callback.transformBatch!(batch, ctx)
    return [...mixed.inputs, mixed.target]
  })
  return mixed
}

/** Pictures that say which they are: item i is filled with 10ⁱ. */
const powers = (items: number): Batch => ({
  inputs: [
    tensor(
      Array.from({ length: items * 4 }, (_, i) => 10 ** Math.floor(i / 4)),
      [items, 2, 2, 1],
    ),
  ],
  target: tensor(
    Array.from({ length: items }, (_, i) => i),
    [items],
    'int32',
  ),
  items,
})

describe('symmetricBeta', () => {
  it.each([0.01, 0.4, 1, 5])('has the moments of Beta(%f, %f)', alpha => {
    const random = new Generator(1)
    const drawn = Array.from({ length: 4000 }, () => symmetricBeta(random, alpha))
    const average = drawn.reduce((total, x) => total + x, 0) / drawn.length
    const variance = drawn.reduce((total, x) => total + (x - average) ** 2, 0) / drawn.length
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...drawn)).toBeLessThanOrEqual(1)
    expect(average).toBeCloseTo(0.5, 1.5)
    expect(variance * 4 * (2 * alpha + 1)).toBeCloseTo(1, 1)
  })
})

describe('mixup', () => {
  it('blends whole pictures, with at least half of the own one', async () => {
    const batch = powers(6)
    const mixed = mixOf(mixup({ generator: new Generator(3) }), batch)
    const values = await mixed.inputs[0]!.data()
    let blends = 0
    for (let i = 0; i < 6; i++) {
      const [value] = values.slice(4 * i, 4 * i + 4)
      expect([...values.slice(4 * i, 4 * i + 4)]).toEqual([value, value, value, value])
      expect(value).toBeGreaterThanOrEqual(10 ** i / 2)
      if (Math.abs(value! / 10 ** i - 1) > 1e-3) blends++
    }
    expect(blends).toBeGreaterThan(2)
    expect(mixed.target).toBe(batch.target)
    disposeBatch(batch)
    mixed.inputs[0]!.dispose()
  })

  it('has the loss, and the gradient, of soft labels', async () => {
    const [items, classes] = [16, 5]
    const model = new Linear(4, classes)
    const labels = hashedIds(2, [items], classes)
    const batch = { inputs: [hashed(1, [items, 4])], target: labels, items }
    const callback = mixup({ alpha: 1, generator: new Generator(5) })
    const twin = new Generator(5)
    const mixed = mixOf(callback, batch)
    const shares = Array.from({ length: items }, () => {
      const beta = symmetricBeta(twin, 1)
      return Math.max(beta, 1 - beta)
    })
    const partners = twin.permutation(items)
    const ids = await labels.data()
    const soft = tidy(() => {
      const others = tensor(
        Array.from(partners, j => ids[j]!),
        [items],
        'int32',
      )
      const share = tensor(shares, [items, 1])
      const hot = (t: Tensor) => oneHot(t as never, classes)
      return add(mul(hot(labels), share), mul(hot(others), sub(1, share)))
    })
    const learn = (loss: (output: Tensor) => Tensor) =>
      valueAndGrads(() => loss(model.call(mixed.inputs[0]!)), [...model.parameters()])
    const ours = learn(output =>
      callback.transformLoss!(crossEntropy(output, labels), ctx, { output, target: labels }),
    )
    const theirs = learn(output => mean(neg(sum(mul(logSoftmax(output as never), soft), -1))))
    expect((await ours.value.data())[0]).toBeCloseTo((await theirs.value.data())[0]!, 5)
    for (const [i, grad] of ours.grads.entries()) {
      const [a, b] = [await grad!.data(), await theirs.grads[i]!.data()]
      a.forEach((x, k) => {
        expect(x).toBeCloseTo(b[k]!, 5)
      })
    }
    // the blend is used up
    expect(callback.transformLoss!(soft, ctx, { output: soft, target: labels })).toBe(soft)
    ours.dispose()
    theirs.dispose()
    for (const t of [soft, labels, ...batch.inputs, ...mixed.inputs]) t.dispose()
    model.dispose()
  })

  it('blends float targets and leaves the loss alone', async () => {
    const x = powers(3)
    const hot = tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3])
    const callback = mixup({ generator: new Generator(2) })
    const mixed = mixOf(callback, { ...x, target: hot })
    const sums = tidy(() => sum(mixed.target, 1))
    expect(Math.max(...(await sums.data()).map(total => Math.abs(total - 1)))).toBeLessThan(1e-6)
    const rows = await mixed.target.data()
    const values = await mixed.inputs[0]!.data()
    for (let i = 0; i < 3; i++) {
      expect(rows[4 * i]).toBeGreaterThanOrEqual(0.5)
      const blend = rows[3 * i]! + 10 * rows[3 * i + 1]! + 100 * rows[3 * i + 2]!
      expect(values[4 * i]).toBeCloseTo(blend, 3)
    }
    expect(callback.transformLoss!(hot, ctx, { output: hot, target: hot })).toBe(hot)
    for (const t of [sums, hot]) t.dispose()
    disposeBatch(mixed)
    disposeBatch(x)
  })

  /** Two clouds of points. */
  function clouds(): DataLoader {
    const random = new Generator(1)
    const target = Int32Array.from({ length: 96 }, (_, i) => i % 2)
    const points = Array.from(target, label => [...random.normal(2, 1 - 2 * label, 0.5)])
    return dataLoader(new ArrayDataset({ inputs: [points], target }), {
      bs: 32,
      shuffle: true,
      seed: 1,
    })
  }

  it('learns inside fit, repeats itself from a seed, and is kept by checkpoints', async () => {
    const once = async () => {
      manualSeed(4)
      const model = new Sequential(new Linear(2, 2))
      const lo = new LayerOptimizer(() => sgd(), model, 0.5)
      const generator = new Generator(9)
      const callback = mixup({ generator })
      const { history } = await fit(model, { train: clouds() }, 5, lo, crossEntropy, {
        callbacks: [callback],
      })
      lo.dispose()
      model.dispose()
      return { history, state: callback.state!() }
    }
    const { history, state } = await once()
    expect(history.at(-1)!.trnLoss).toBeLessThan(0.45)
    expect(await once()).toEqual({ history, state })
    const later = mixup({ generator: new Generator(1) })
    later.restore!(state)
    expect(later.state!()).toEqual(state)
  })

  it.each<[string, () => unknown, string]>([
    ['alpha', () => mixup({ alpha: 0 }), 'mixup got alpha 0; expected a finite number above 0.'],
    [
      'tokens',
      () => {
        const ids = tensor([1, 2], [2, 1], 'int32')
        try {
          return mixup().transformBatch!({ inputs: [ids], target: ids, items: 2 }, ctx)
        } finally {
          ids.dispose()
        }
      },
      'mixup got int32 inputs [2, 1] and a target [2, 1]; expected float32 inputs with a row for each row of the target.',
    ],
    [
      'a mean loss',
      () => {
        const callback = mixup({ loss: (output, labels) => crossEntropy(output, labels) })
        return tidy(() => {
          const [output, target] = [hashed(1, [4, 3]), hashedIds(2, [4], 3)]
          callback.transformBatch!({ inputs: [output], target, items: 4 }, ctx)
          return callback.transformLoss!(mean(square(output)), ctx, { output, target })
        })
      },
      "mixup's loss has the shape []; expected [4], a loss for each item. Leave out the reduction: crossEntropy(output, labels, { reduction: 'none' }).",
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(wrong).toThrow(expect.objectContaining({ name: 'DlError', message }))
  })
})
