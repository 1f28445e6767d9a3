import { cosAnneal, lossRecorder } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import type { DataLoader } from '@dl/data'
import { BatchNorm1d, crossEntropy, Linear, ReLU, Sequential } from '@dl/layers'
import { adam, LayerOptimizer, sgd, type UpdateRule } from '@dl/optim'
import { fit } from '@dl/train'
import { mul, slice, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { line, meanSquare, stream } from './parts'

const ITEMS = 20
const x = Array.from({ length: ITEMS }, (_, i) => [Math.sin(i), Math.cos(2 * i)])
const labels = Array.from({ length: ITEMS }, (_, i) => (i * i) % 3)

/** The same items in the same order, cut into batches of these sizes. */
const cut = (...sizes: number[]): DataLoader => ({
  length: sizes.length,
  async *[Symbol.asyncIterator]() {
    let from = 0
    for (const size of sizes) {
      const to = from + size
      const inputs = [tensor(x.slice(from, to), [size, 2])]
      yield { inputs, target: tensor(labels.slice(from, to), [size], 'int32'), items: size }
      from = to
    }
  },
})

interface How {
  rule?: () => UpdateRule
  gradientAccumulation?: number
  clip?: number
}

async function train(loader: DataLoader, { rule = adam, gradientAccumulation, clip }: How = {}) {
  manualSeed(3)
  const model = new Sequential(new Linear(2, 5), new ReLU(), new Linear(5, 3))
  using lo = new LayerOptimizer(rule, model, 0.05, 0.01, { ...(clip !== undefined && { clip }) })
  const recorder = lossRecorder()
  const cycles: number[] = []
  const { history } = await fit(
    model,
    { train: loader, validation: cut(20) },
    3,
    lo,
    crossEntropy,
    {
      ...(gradientAccumulation && { gradientAccumulation }),
      callbacks: [cosAnneal(lo, { onCycleEnd: cycle => void cycles.push(cycle) }), recorder],
    },
  )
  const weights = (
    await Promise.all([...model.parameters()].map(({ value }) => value.data()))
  ).flatMap(values => [...values])
  model.dispose()
  return { history, weights, cycles, lrs: recorder.lrs, losses: recorder.losses }
}

const close = (values: readonly number[]) => values.map(value => expect.closeTo(value, 5))

describe('n batches of b learn as one of n·b', () => {
  it.each<[string, () => UpdateRule, number?]>([
    ['adam', adam],
    ['sgd with momentum, clipped', () => sgd({ momentum: 0.9 }), 0.1],
  ])('%s: weights, losses, learning rates and cycles', async (_, rule, clip) => {
    const how = { rule, ...(clip !== undefined && { clip }) }
    const whole = await train(cut(8, 8, 4), how)
    const parts = await train(cut(4, 4, 4, 4, 4), { ...how, gradientAccumulation: 2 })
    expect(parts.weights).toEqual(close(whole.weights))
    expect(parts.losses).toEqual(close(whole.losses))
    expect(parts.lrs).toEqual(whole.lrs)
    expect(parts.cycles).toEqual(whole.cycles)
    expect(parts.history).toHaveLength(3)
  })

  it('batches of different sizes count by their items', async () => {
    const whole = await train(cut(10, 10))
    const parts = await train(cut(7, 2, 1, 3, 3, 4), { gradientAccumulation: 3 })
    expect(parts.weights).toEqual(close(whole.weights))
  })

  it('what is left over makes a step, also at the end of a stream', async () => {
    const model = new Linear(1, 1)
    using lo = new LayerOptimizer(sgd, model, 0.1)
    const steps: number[] = []
    const look = {
      name: 'look',
      onBatchEnd: (ctx: { items: number }) => void steps.push(ctx.items),
    }
    const options = { gradientAccumulation: 3, callbacks: [look] }
    await fit(model, { train: stream(7) }, 1, lo, meanSquare, options)
    expect(steps).toEqual([12, 12, 4])
    model.dispose()
  })
})

it('a batch norm sees each batch by itself', async () => {
  const run = async (gradientAccumulation: number) => {
    const norm = new BatchNorm1d(1)
    const model = new Sequential(norm, new Linear(1, 1))
    using lo = new LayerOptimizer(sgd, model, 0)
    await fit(model, { train: line(4) }, 1, lo, meanSquare, { gradientAccumulation })
    const mean = [...(await norm.running_mean.value.data())]
    model.dispose()
    return mean
  }
  expect(await run(4)).toEqual(close(await run(1)))
})

it('a loss that is no number drops the whole step', async () => {
  const model = new Linear(1, 1)
  using lo = new LayerOptimizer(sgd, model, 0.1)
  const weight = async () => [...(await model.weight.value.data())]
  const before = await weight()
  let calls = 0
  const loss = (y: Tensor, t: Tensor): Tensor =>
    mul(meanSquare(y, t), ++calls === 2 ? Number.NaN : 1)
  const options = { gradientAccumulation: 4, skipNaN: true }
  await fit(model, { train: line(4) }, 1, lo, loss, options)
  expect(await weight()).toEqual(before)
  model.dispose()
})

it('refuses numbers of batches that are none, and frees what it holds after an error', async () => {
  const model = new Linear(1, 1)
  using lo = new LayerOptimizer(sgd, model, 0.1)
  for (const gradientAccumulation of [0, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    await expect(
      fit(model, { train: line(1) }, 1, lo, meanSquare, { gradientAccumulation }),
    ).rejects.toThrow(`gradientAccumulation is ${gradientAccumulation}; expected an integer`)
  }
  let calls = 0
  const breaks = (y: Tensor, t: Tensor): Tensor => {
    if (++calls === 3) throw new Error('in the third')
    return tidy(() => meanSquare(slice(y, 0), t))
  }
  await expect(
    fit(model, { train: line(4) }, 1, lo, breaks, { gradientAccumulation: 4 }),
  ).rejects.toThrow('in the third')
  model.dispose()
})
