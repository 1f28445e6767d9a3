/** A language model's training goes on from a checkpoint bit for bit: lengths, carried state, dropout. */
import { checkpoint, cosAnneal, ema, lossRecorder } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { type DataLoader, disposeBatch, memoryStorage, take } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, LanguageModelLoader } from '@dl/text'
import { type FitOptions, fit } from '@dl/train'
import { expect, it } from 'vitest'

const ids = Int32Array.from({ length: 400 }, (_, i) => (i * i + (i >> 3)) % 7)

async function play(seed: number, options: FitOptions & { stopAt?: number }) {
  manualSeed(seed)
  const { stopAt, ...more } = options
  const model = new CharLM({ vocab: 7, hidden: 8, layers: 2, cell: 'lstm', dropout: 0.4 })
  using lo = new LayerOptimizer(adam, model, 1e-2)
  const average = ema(model, { decay: 0.9 })
  const train = new LanguageModelLoader(ids, { bs: 4, bptt: 10, seed: 5 })
  const validation = new LanguageModelLoader(ids, { bs: 4, bptt: 10, train: false })
  const recorder = lossRecorder()
  const stop = new AbortController()
  const { history, resumed } = await fit(model, { train, validation }, 3, lo, crossEntropy, {
    carryState: true,
    signal: stop.signal,
    ...more,
    callbacks: [
      cosAnneal(lo, { cycleMult: 2 }),
      average,
      recorder,
      {
        name: 'stop',
        onBatchEnd(ctx) {
          if (ctx.step === stopAt) stop.abort()
        },
      },
      ...(more.callbacks ?? []),
    ],
  })
  average.dispose()
  model.dispose()
  return { history, losses: recorder.losses, lrs: recorder.lrs, resumed }
}

it('goes on within an epoch, where it was stopped', async () => {
  const whole = await play(1, {})
  const steps = whole.losses.length
  for (const stopAt of [3, Math.floor(steps / 2)]) {
    const storage = memoryStorage()
    const saver = () => checkpoint('lm', { storage, everyMinutes: 100 })
    await play(1, { callbacks: [saver()], stopAt })
    const resume = { path: 'lm', storage }
    const { resumed, ...rest } = await play(2, { callbacks: [saver()], resume })
    expect(resumed).toMatchObject({ step: stopAt, notes: [] })
    expect({ ...rest, resumed: null }).toEqual(whole)
  }
})

it('a loader skips the batches that an epoch has had', async () => {
  const rows = async (loader: DataLoader) => {
    const all: string[] = []
    for await (const batch of loader) {
      all.push(String([...(await batch.target.data())]))
      disposeBatch(batch)
    }
    return all
  }
  const made = () => new LanguageModelLoader(ids, { bs: 4, bptt: 10, seed: 5 })
  const whole = await rows(made())
  for (const skipped of [0, 1, 4, whole.length]) {
    const loader = made()
    loader.skip(skipped)
    expect(loader.length).toBe(whole.length)
    expect(await rows(loader)).toEqual(whole.slice(skipped))
    // the next epoch is whole
    expect((await rows(loader)).length).toBeGreaterThan(5)
  }
  const few = take(made(), 5)
  few.skip!(3)
  expect(await rows(few)).toEqual(whole.slice(3, 5))
  expect(few.length).toBe(5)
  const position = few.state!()
  few.restore!({ ...position, epoch: 0 })
  expect(await rows(few)).toEqual(whole.slice(0, 5))
})
