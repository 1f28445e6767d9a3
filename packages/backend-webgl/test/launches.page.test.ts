/** What a step of training costs beside its arithmetic: launches, counted. */

import { backendInfo } from '@dl/backend-webgl'
import { manualSeed, valueAndGrads } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM } from '@dl/text'
import { dispose, tensor } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'

/** Launches of the second step; the first makes the optimizer's memory. */
async function launches(cell: 'rnn' | 'gru' | 'lstm', layers: number): Promise<number> {
  manualSeed(3)
  const model = new CharLM({ vocab: 56, embedding: 42, hidden: 64, layers, dropout: 0.5, cell })
  const lo = new LayerOptimizer(adam, model, 1e-3, 1e-5, { clip: 0.5 })
  const ids = Int32Array.from({ length: 32 }, (_, i) => (i * 7) % 56)
  let before = 0
  for (let i = 0; i < 2; i++) {
    before = backendInfo().launches
    const [x, y] = [tensor(ids, [8, 4], 'int32'), tensor(ids, [8, 4], 'int32')]
    const parameters = lo.parameters.map(({ value }) => value)
    const step = valueAndGrads(() => crossEntropy(model.forward(x), y), parameters)
    lo.step(step.grads)
    await step.value.data()
    step.dispose()
    dispose([x, y])
  }
  model.dispose()
  lo.dispose()
  return backendInfo().launches - before
}

it('a step of an LSTM of two layers over 8 time steps, with adam and clipping, is 84', async () => {
  expect(await launches('lstm', 2)).toBe(84)
})

it('one of a GRU of one layer is 50', async () => {
  expect(await launches('gru', 1)).toBe(50)
})
