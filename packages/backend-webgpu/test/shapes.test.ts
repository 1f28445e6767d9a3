/** Sequences of changing length: compiled programs and pooled buffers stay bounded. */
import { backendInfo } from '@dl/backend-webgpu'
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { add, engine, ones } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import type { TrainingWebGPU } from '../src/backend'
import { boundBuffers, KEPT_BUFFERS, KEPT_BYTES } from '../src/buffers'

it('20 epochs of random lengths compile nothing after the first few, and keep few buffers', async () => {
  manualSeed(3)
  const field = new Field({ tokenize: chars })
  const text = 'what the hand dare seize the fire? '.repeat(2)
  const sizes = { bs: 2, bptt: 9, seed: 5, lengthStep: 3 }
  const data = LanguageModelData.fromTexts({ train: text, validation: text }, field, sizes)
  const model = new CharLM({ vocab: data.nt, embedding: 4, hidden: 8, layers: 1, cell: 'rnn' })
  const lo = new LayerOptimizer(adam, model, 0.01)
  const after: { programs: number; bytesHeld: number; freeBuffers: number }[] = []
  await fit(model, data, 20, lo, crossEntropy, {
    callbacks: [
      {
        name: 'watch',
        onEpochEnd() {
          after.push(backendInfo())
        },
      },
    ],
  })
  const [early, last] = [after[4]!, after[19]!]
  expect(last.programs).toBe(early.programs)
  // a length that had not come by then brings buffers of its sizes
  expect(last.bytesHeld).toBeLessThan(2.5 * early.bytesHeld)
  expect(last.freeBuffers).toBeLessThan(2.5 * early.freeBuffers)
  lo.dispose()
  model.dispose()
})

it('of ever new sizes the pool keeps those asked for last', async () => {
  const { bufferManager, device } = engine().backend as TrainingWebGPU
  const Manager = bufferManager.constructor as new (device: GPUDevice) => typeof bufferManager
  const pool = new Manager(device)
  boundBuffers(pool, { bytes: 4096, buffers: 5 })
  const usage = GPUBufferUsage.STORAGE
  const take = (size: number) => pool.acquireBuffer(size, usage)
  for (let i = 1; i <= 100; i++) pool.releaseBuffer(take(16 * i))
  expect(pool.getNumFreeBuffers()).toBe(2)
  const [first, second] = [take(1600), take(1584)]
  expect(pool.getNumFreeBuffers()).toBe(0)
  for (let i = 1; i <= 10; i++) pool.releaseBuffer(take(4 * i))
  expect(pool.getNumFreeBuffers()).toBe(5)
  for (const buffer of [first, second]) pool.releaseBuffer(buffer)
  expect(pool.getNumFreeBuffers()).toBeLessThanOrEqual(5)
  const again = take(1600)
  expect(again).toBe(first)
  pool.releaseBuffer(again)
  pool.dispose()
})

it('which is where a program’s own buffers come from', async () => {
  const x = ones([3000])
  const y = add(x, x)
  await y.data()
  for (const t of [x, y]) t.dispose()
  const { bytesHeld, freeBuffers } = backendInfo()
  expect(freeBuffers).toBeLessThanOrEqual(KEPT_BUFFERS)
  expect(bytesHeld).toBeLessThan(KEPT_BYTES)
})
