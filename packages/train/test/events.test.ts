/** When callbacks are called, over a whole run. */
import { type Callback, type CallbackEvent, cosAnneal, EVENTS, lossRecorder } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import type { DataLoader } from '@dl/data'
import { Linear } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { fit } from '@dl/train'
import { mean, square, sub, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'

const meanSquare = (y: Tensor, target: Tensor): Tensor => mean(square(sub(y, target)))

const line = (length: number): DataLoader => ({
  length,
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < length; i++) {
      yield { inputs: [tensor([[1], [2]])], target: tensor([[2], [4]]), items: 2 }
    }
  },
})

let model: Linear
let lo: LayerOptimizer
beforeEach(() => {
  manualSeed(1)
  model = new Linear(1, 1)
  lo = new LayerOptimizer(adam, model, 0.1)
})
afterEach(() => {
  lo.dispose()
  model.dispose()
})

const data = { train: line(2), validation: line(1) }

/** A callback that calls `on` at every event. */
function listener(name: string, on: (event: CallbackEvent, detail: string) => void): Callback {
  const callback: Callback = { name }
  for (const event of EVENTS) {
    callback[event] = (ctx, cycle?: unknown) => {
      const at = `epoch ${ctx.epoch} batch ${ctx.batch} step ${ctx.step}`
      on(event, event === 'onCycleEnd' ? `${at} cycle ${cycle}` : at)
    }
  }
  return callback
}

it('two cycles of one and two epochs, event by event', async () => {
  const events: string[] = []
  const watch = listener('watch', (event, at) => void events.push(`${event.padEnd(17)} ${at}`))
  const schedule = cosAnneal(lo, { cycleLen: 1, cycleMult: 2 })
  await fit(model, data, 3, lo, meanSquare, { callbacks: [watch, schedule] })
  expect(events.join('\n')).toMatchInlineSnapshot(`
    "onTrainBegin      epoch 0 batch 0 step 0
    onEpochBegin      epoch 0 batch 0 step 0
    onPhaseBegin      epoch 0 batch 0 step 0
    onBatchBegin      epoch 0 batch 0 step 0
    onBatchEnd        epoch 0 batch 1 step 1
    onBatchBegin      epoch 0 batch 1 step 1
    onCycleEnd        epoch 0 batch 2 step 2 cycle 0
    onBatchEnd        epoch 0 batch 2 step 2
    onPhaseEnd        epoch 0 batch 2 step 2
    onValidationBegin epoch 0 batch 2 step 2
    onValidationEnd   epoch 0 batch 2 step 2
    onEpochEnd        epoch 0 batch 2 step 2
    onEpochBegin      epoch 1 batch 0 step 2
    onPhaseBegin      epoch 1 batch 0 step 2
    onBatchBegin      epoch 1 batch 0 step 2
    onBatchEnd        epoch 1 batch 1 step 3
    onBatchBegin      epoch 1 batch 1 step 3
    onBatchEnd        epoch 1 batch 2 step 4
    onPhaseEnd        epoch 1 batch 2 step 4
    onValidationBegin epoch 1 batch 2 step 4
    onValidationEnd   epoch 1 batch 2 step 4
    onEpochEnd        epoch 1 batch 2 step 4
    onEpochBegin      epoch 2 batch 0 step 4
    onPhaseBegin      epoch 2 batch 0 step 4
    onBatchBegin      epoch 2 batch 0 step 4
    onBatchEnd        epoch 2 batch 1 step 5
    onBatchBegin      epoch 2 batch 1 step 5
    onCycleEnd        epoch 2 batch 2 step 6 cycle 1
    onBatchEnd        epoch 2 batch 2 step 6
    onPhaseEnd        epoch 2 batch 2 step 6
    onValidationBegin epoch 2 batch 2 step 6
    onValidationEnd   epoch 2 batch 2 step 6
    onEpochEnd        epoch 2 batch 2 step 6
    onTrainEnd        epoch 3 batch 2 step 6"
  `)
})

it('every callback gets every event, also after another stopped the run', async () => {
  const counts: Record<string, string[]> = { first: [], second: [], third: [] }
  const callbacks = Object.entries(counts).map(([name, seen]) =>
    listener(name, event => void seen.push(event)),
  )
  const stopper: Callback = {
    name: 'stopper',
    onBatchEnd: ctx => {
      if (ctx.step === 3) ctx.stop('enough')
    },
  }
  callbacks.splice(1, 0, stopper)
  const { stopped } = await fit(model, data, 3, lo, meanSquare, {
    callbacks: [...callbacks, cosAnneal(lo)],
  })
  expect(stopped).toBe('enough')
  expect(counts.first).toContain('onCycleEnd')
  expect(counts.first!.slice(-3)).toEqual(['onBatchEnd', 'onPhaseEnd', 'onTrainEnd'])
  expect(counts.second).toEqual(counts.first)
  expect(counts.third).toEqual(counts.first)
})

it('after an error every callback gets onError and onTrainEnd', async () => {
  const counts: Record<string, string[]> = { first: [], second: [] }
  const callbacks = Object.entries(counts).map(([name, seen]) =>
    listener(name, event => void seen.push(event)),
  )
  const bad: Callback = {
    name: 'bad',
    onCycleEnd() {
      throw new Error('disk full')
    },
  }
  const run = fit(model, data, 2, lo, meanSquare, {
    callbacks: [callbacks[0]!, bad, callbacks[1]!, cosAnneal(lo)],
  })
  await expect(run).rejects.toThrow('callback "bad" threw in onCycleEnd: disk full')
  for (const seen of Object.values(counts)) {
    expect(seen.slice(-2)).toEqual(['onError', 'onTrainEnd'])
  }
})

it('stop from onCycleEnd ends after that batch, cleanly', async () => {
  const stopper: Callback = { name: 'stopper', onCycleEnd: ctx => ctx.stop('one is enough') }
  const ended: string[] = []
  const watch = listener('watch', event => void ended.push(event))
  const { history, stopped } = await fit(model, data, 3, lo, meanSquare, {
    callbacks: [stopper, watch, cosAnneal(lo)],
  })
  expect(stopped).toBe('one is enough')
  expect(ended.at(-1)).toBe('onTrainEnd')
  expect(history).toHaveLength(1)
})

it('a LayerOptimizer starts its second run from the base lr, not from the annealed one', async () => {
  const runs: number[][] = []
  for (let run = 0; run < 2; run++) {
    const recorder = lossRecorder()
    await fit(model, data, 1, lo, meanSquare, {
      callbacks: [cosAnneal(lo, { cycleLen: 2 }), recorder],
    })
    runs.push([...recorder.lrs])
  }
  expect(runs[0]![0]).toBe(0.1)
  expect(runs[0]![1]).toBeLessThan(0.1)
  expect(runs[1]).toEqual(runs[0])
})
