/** A Learner's fit that goes on by the path of its checkpoints. */
import { checkpoint, stepLR } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { ArrayDataset, dataLoader, type FileStorage, memoryStorage } from '@dl/data'
import { Linear, Sequential } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { fit, Learner, type LearnerResumeOptions } from '@dl/train'
import { afterEach, expect, it, vi } from 'vitest'
import { line, meanSquare } from './parts'

const set = new ArrayDataset({
  inputs: [Array.from({ length: 24 }, (_, i) => [Math.sin(i)])],
  target: Array.from({ length: 24 }, (_, i) => [Math.cos(i)]),
})

afterEach(() => void vi.restoreAllMocks())

type Work = (learn: Learner) => Promise<{ history: readonly object[] }>

async function learning(seed: number, work: Work) {
  manualSeed(seed)
  const model = new Sequential(new Linear(1, 4), new Linear(4, 1))
  const train = dataLoader(set, { bs: 4, shuffle: true, seed: 3 })
  using learn = new Learner(model, { train }, { loss: meanSquare, optFn: adam })
  try {
    return (await work(learn)).history
  } finally {
    model.dispose()
  }
}

const fitArguments = { cycleLen: 1, cycleMult: 2, wds: 1e-3, gradientAccumulation: 2 }

async function interrupted(storage: FileStorage, more: object = {}) {
  const stop = new AbortController()
  const callbacks = [
    checkpoint('run', { storage, everySteps: 1 }),
    { name: 'stop', onBatchEnd: ({ step }: { step: number }) => step === 5 && stop.abort() },
  ]
  await learning(1, learn =>
    learn.fit([0.01, 0.1], 2, {
      ...fitArguments,
      ...more,
      callbacks: callbacks as never,
      signal: stop.signal,
    }),
  )
}

const resumed = (storage: FileStorage, options?: LearnerResumeOptions) =>
  learning(2, learn => learn.resume({ path: 'run', storage }, options))

it('is asked for what it was asked for', async () => {
  const whole = await learning(1, learn => learn.fit([0.01, 0.1], 2, fitArguments))
  expect(whole).toHaveLength(3)
  const storage = memoryStorage()
  await interrupted(storage)
  expect(await resumed(storage)).toEqual(whole)
})

it('may be asked for something else', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const storage = memoryStorage()
  await interrupted(storage)
  expect(await resumed(storage, { lrs: 0.02, cycles: 3 })).toHaveLength(7)
  expect(String(warn.mock.calls[0])).toContain(
    'epochs 7 as the program says, not 3; lr 0.02 as the program says, not 0.01, 0.1',
  )
})

it('wants functions again', async () => {
  const storage = memoryStorage()
  const schedule = (lo: LayerOptimizer) => stepLR(lo, { stepSize: 1 })
  await interrupted(storage, { cycleLen: undefined, schedule })
  await expect(resumed(storage)).rejects.toThrow(
    'the fit of run_5.safetensors had functions as schedule, which a file cannot keep; expected them again. Give them: learn.resume(path, { schedule }).',
  )
  expect((await resumed(storage, { schedule })).length).toBeGreaterThan(1)
})

it('is one of a Learner', async () => {
  const storage = memoryStorage()
  manualSeed(1)
  const model = new Linear(1, 1)
  using lo = new LayerOptimizer(adam, model, 0.1)
  const callbacks = [checkpoint('run', { storage })]
  await fit(model, { train: line(2) }, 1, lo, meanSquare, { callbacks })
  model.dispose()
  await expect(resumed(storage)).rejects.toThrow("run_2.safetensors is not of a Learner's fit")
  await expect(resumed(storage, { cycle: 1 } as object)).rejects.toThrow('Did you mean cycles?')
})
