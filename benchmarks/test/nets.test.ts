/** The nets that are timed are the lesson's, to the last parameter, and so is the loop around them. */

import { LanguageModelLoader } from '@dl/text'
import { memory, mul } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { gatedFit } from '../src/nets/gated-fit'
import { type Net, nets } from '../src/nets/resnet'
import { languageModel } from '../src/nets/training'

it.each<[Net, number]>([
  ['simple', 123_330],
  ['resnet', 769_170],
  ['resnet2', 1_966_234],
])('%s has %i parameters', (net, count) => {
  const model = nets[net]()
  expect([...model.parameters()].reduce((sum, { size }) => sum + size, 0)).toBe(count)
  model.dispose()
})

/** Four streams of 40 rows: about eight batches an epoch. */
function shortEpochs() {
  const size = { cell: 'rnn', hidden: 8, layers: 1, dropout: 0, bs: 4, bptt: 5 } as const
  const loader = new LanguageModelLoader(new Int32Array(160), { bs: 4, bptt: 5, seed: 1 })
  return { ...languageModel(size), loader }
}

it('fit waits between portions, goes on over epochs, and ends when told to', async () => {
  const before = memory().numTensors
  const losses: number[] = []
  const fit = gatedFit({ ...shortEpochs(), onLoss: loss => losses.push(loss) })
  expect((await fit.run(3)).items).toHaveLength(3)
  expect(losses).toHaveLength(3)
  const { items, outside } = await fit.run(20)
  expect(items.every(one => one % 4 === 0)).toBe(true)
  expect(outside > 0 && outside < 1).toBe(true)
  expect(losses).toHaveLength(23)
  await fit.stop()
  expect(memory().numTensors).toBe(before)
})

it('a portion without updates is no measurement', async () => {
  const training = shortEpochs()
  const fit = gatedFit({ ...training, loss: (y, t) => mul(training.loss(y, t), Number.NaN) })
  await expect(fit.run(2)).rejects.toThrow('2 of 2 batches had no update')
  await fit.stop()
})
