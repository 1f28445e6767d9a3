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

it('says where gradients, not the loss, broke the weights', async () => {
  // the square root has an infinite slope at 0
  let calls = 0
  const flat = (y: Tensor, t: Tensor): Tensor =>
    ++calls === 2 ? sum(sqrt(mul(sub(y, y), 1))) : meanSquare(y, t)
  await expect(run(flat)).rejects.toThrow(
    /batch 3 in epoch 0 is NaN .* A weight of shape \[1, 1\] holds NaN or infinities since an earlier step/,
  )
})

it('counts what transformLoss added', async () => {
  const callbacks = [{ name: 'add', transformLoss: (loss: Tensor) => mul(loss, Number.NaN) }]
  await expect(run(meanSquare, { callbacks })).rejects.toThrow(
    /the loss of batch 1 in epoch 0, \S+, is not finite after transformLoss/,
  )
})
