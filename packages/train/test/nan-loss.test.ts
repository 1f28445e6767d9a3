import { lrFinder, terminateOnNaN } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { Linear } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { type FitOptions, fit } from '@dl/train'
import { mul, sqrt, sub, sum, type Tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { line, meanSquare } from './parts'

let model: Linear
let lo: LayerOptimizer
beforeEach(() => {
  manualSeed(1)
  model = new Linear(1, 1)
  lo = new LayerOptimizer(sgd, model, 0.1)
})
afterEach(() => {
  lo.dispose()
  model.dispose()
})

const weight = async () => [...(await model.weight.value.data())]

/** A loss that is `value` in the third batch. */
function brokenAt3(value: number) {
  let calls = 0
  return (y: Tensor, t: Tensor): Tensor => mul(meanSquare(y, t), ++calls === 3 ? value : 1)
}

const run = (loss: (y: Tensor, t: Tensor) => Tensor, options?: FitOptions) =>
  fit(model, { train: line(5) }, 1, lo, loss, options)

it.each([Number.NaN, Number.POSITIVE_INFINITY])(
  '%d ends the run, the weights stay',
  async value => {
    const weights: number[][] = []
    const events: string[] = []
    const watch = {
      name: 'watch',
      async onBatchEnd() {
        weights.push(await weight())
      },
      onError: () => void events.push('onError'),
      onTrainEnd: () => void events.push('onTrainEnd'),
    }
    const error = await run(brokenAt3(value), { callbacks: [watch] }).catch(e => e)
    expect(error.code).toBe('nan-loss')
    expect(error.message).toBe(
      `the loss of batch 3 in epoch 0 is ${value} (lr 0.1); expected a finite number. The weights are those of the batch before. Try a lower lr or gradient clipping (clip: 0.25), and look for NaN in the data; skipNaN: true goes on without such batches.`,
    )
    expect(weights).toHaveLength(3)
    expect(weights[2]).toEqual(weights[1])
    expect(await weight()).toEqual(weights[1])
    expect(events).toEqual(['onError', 'onTrainEnd'])
  },
)

it('is left to callbacks that end the run themselves', async () => {
  await expect(run(brokenAt3(Number.NaN), { callbacks: [terminateOnNaN()] })).rejects.toThrow(
    'the loss of batch 3 of 5 in epoch 0 is NaN',
  )
  const finder = lrFinder(model, lo, { settle: 0 })
  const { stopped } = await run(brokenAt3(Number.NaN), { callbacks: [finder] })
  expect(stopped).toMatch(/the loss left its valley/)
  expect(finder.result!.lrs).toHaveLength(2)
})

// the square root has an infinite slope at 0; the loss itself is finite
function flatAt2() {
  let calls = 0
  return (y: Tensor, t: Tensor): Tensor =>
    ++calls === 2 ? sum(sqrt(mul(sub(y, y), 1))) : meanSquare(y, t)
}

it('stops before a gradient that is not finite gets into weights and moments', async () => {
  const seen: number[][] = []
  const watch = { name: 'watch', onBatchEnd: async () => void seen.push(await weight()) }
  await expect(run(flatAt2(), { callbacks: [watch] })).rejects.toMatchObject({
    code: 'nan-gradient',
    message: expect.stringMatching(
      /^the gradient of weight is not finite in batch 2 in epoch 0, whose loss is 0 \(lr 0.1\)/,
    ),
  })
  expect(seen[1]).toEqual(seen[0])
})

it('goes on without such a batch where it is asked to, and says NaN of it', async () => {
  const losses: number[] = []
  const watch = {
    name: 'watch',
    onBatchEnd: ({ loss }: { loss: number }) => void losses.push(loss),
  }
  const { history } = await run(flatAt2(), { skipNaN: true, callbacks: [watch] })
  expect(losses.map(Number.isFinite)).toEqual([true, false, true, true, true])
  expect((await weight()).every(Number.isFinite)).toBe(true)
  expect(history[0]!.trnLoss).toBeGreaterThan(0)
})

it('sees what transformGrads made of gradients', async () => {
  const before = await weight()
  const transformGrads = (grads: readonly (Tensor | null)[]) =>
    grads.map(grad => grad && mul(grad, Number.NaN))
  const callbacks = [{ name: 'break', transformGrads }]
  await expect(run(meanSquare, { callbacks })).rejects.toMatchObject({ code: 'nan-gradient' })
  expect(await weight()).toEqual(before)
})

it('says NaN of a loss to which transformLoss added it, also where it is skipped', async () => {
  const losses: number[] = []
  const callbacks = [
    {
      name: 'add',
      transformLoss: (loss: Tensor) => mul(loss, Number.NaN),
      onBatchEnd: ({ loss }: { loss: number }) => void losses.push(loss),
    },
  ]
  const { history } = await run(meanSquare, { callbacks, skipNaN: true })
  expect([...losses, history[0]!.trnLoss]).toEqual(Array(6).fill(Number.NaN))
})

it('counts what transformLoss added', async () => {
  const callbacks = [{ name: 'add', transformLoss: (loss: Tensor) => mul(loss, Number.NaN) }]
  await expect(run(meanSquare, { callbacks })).rejects.toThrow(
    /the loss of batch 1 in epoch 0, \S+, is NaN after transformLoss/,
  )
})
