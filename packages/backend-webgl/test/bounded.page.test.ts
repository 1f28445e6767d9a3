/** Random lengths: what is compiled and held does not grow with them. */
import { backendInfo } from '@dl/backend-webgl'
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { expect, it } from 'vitest'

it.each([1, 4])('20 epochs of random lengths, in steps of %i', async lengthStep => {
  manualSeed(3)
  const text = 'the quick brown fox jumps over the lazy dog. '.repeat(6)
  const field = new Field({ tokenize: chars })
  const sizes = { bs: 4, bptt: 12, seed: 3, lengthStep }
  const data = LanguageModelData.fromTexts({ train: text, validation: text }, field, sizes)
  const model = new CharLM({ vocab: data.nt, embedding: 4, hidden: 8, layers: 1, cell: 'gru' })
  const lo = new LayerOptimizer(adam, model, 0.02, 0, { clip: 1 })
  const after: ReturnType<typeof backendInfo>[] = []
  await fit(model, { train: data.train }, 20, lo, crossEntropy, {
    callbacks: [{ name: 'watch', onEpochEnd: () => void after.push(backendInfo()) }],
  })
  expect(after.length).toBe(20)
  // a program for each way tensors lie in their textures, whatever their sizes
  expect(after[19]!.programs).toBe(after[4]!.programs)
  expect(after[19]!.bytesHeld).toBeLessThan(1.5 * after[9]!.bytesHeld)
  lo.dispose()
  model.dispose()
})
