/** A run in a page keeps itself on the page's own disk, and goes on from what another kept. */
import { checkpoint, cosAnneal, decodeCheckpoint, lossRecorder } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import {
  ArrayDataset,
  dataLoader,
  type FileStorage,
  fileStorage,
  indexedDbStorage,
  memoryStorage,
} from '@dl/data'
import { crossEntropy, Dropout, Linear, Sequential } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { type FitOptions, fit } from '@dl/train'
import { dispose } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

const set = new ArrayDataset({
  inputs: [Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])],
  target: Int32Array.from({ length: 40 }, (_, i) => i % 3),
})

async function play(seed: number, options: FitOptions, stopAt = 0) {
  manualSeed(seed)
  const model = new Sequential(new Linear(2, 8), new Dropout(0.3), new Linear(8, 3))
  using lo = new LayerOptimizer(adam, model, 0.05)
  const train = dataLoader(set, { bs: 4, shuffle: true, seed: 2 })
  const recorder = lossRecorder()
  const stop = new AbortController()
  const stopper = {
    name: 'stopper',
    onBatchEnd({ step }: { step: number }) {
      if (step === stopAt) stop.abort()
    },
  }
  const callbacks = [cosAnneal(lo), recorder, stopper, ...(options.callbacks ?? [])]
  await fit(model, { train }, 2, lo, crossEntropy, { ...options, callbacks, signal: stop.signal })
  model.dispose()
  return recorder.losses
}

const storages: Record<string, () => FileStorage> = {
  'its own disk': fileStorage,
  IndexedDB: () => indexedDbStorage('dl-resume-test'),
}

it.each(Object.entries(storages))('%s', async (_, make) => {
  const storage = make()
  const path = 'resume-test/run'
  for (const old of await storage.list(path)) await storage.remove(old)
  const whole = await play(1, {})
  await play(1, { callbacks: [checkpoint(path, { storage, everySteps: 3 })] }, 13)
  expect(await storage.list(path)).toHaveLength(2)
  expect(await play(2, { resume: { path, storage } })).toEqual(whole)

  // elsewhere and back: the bytes are all there is to it
  const elsewhere = memoryStorage()
  const bytes = await storage.read(`${path}_13.safetensors`)
  await elsewhere.write('run_13.safetensors', bytes)
  dispose((await decodeCheckpoint(bytes)).state.tensors)
  expect(await play(3, { resume: { path: 'run', storage: elsewhere } })).toEqual(whole)
})
