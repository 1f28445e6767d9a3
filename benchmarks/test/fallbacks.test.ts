/** No training step of the lesson's programs needs a kernel of tfjs's CPU backend. */
import { backendInfo } from '@dl/backend-wasm'
import { Generator, manualSeed } from '@dl/core'
import { ArrayDataset, dataLoader } from '@dl/data'
import {
  AdaptiveConcatPool2d,
  BatchNorm1d,
  bnFreeze,
  crossEntropy,
  Dropout2d,
  Flatten,
  LayerNorm,
  Linear,
  type Module,
  ReLU,
  Sequential,
} from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { CharLM, LanguageModelLoader } from '@dl/text'
import { accuracy, fit } from '@dl/train'
import { mixup, resnet18 } from '@dl/vision'
import { setBackend } from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { LADDER, NAMES } from '../../examples/cifar10/src/ladder'

beforeAll(() => setBackend('wasm'))

/** Two batches of two pictures. */
function pictures(side: number) {
  const random = new Generator(1)
  const inputs = [{ data: random.uniform(4 * side * side * 3, -1, 1), shape: [4, side, side, 3] }]
  return dataLoader(new ArrayDataset({ inputs, target: Int32Array.of(0, 1, 2, 3) }), { bs: 2 })
}

it.each(NAMES)('%s, its validation and its metric', async name => {
  manualSeed(1)
  const { make, lr, wd } = LADDER[name]
  const model = make(10, 3072, {})
  const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, lr, wd)
  const loader = pictures(32)
  backendInfo()
  await fit(model, { train: loader, validation: loader }, 1, lo, crossEntropy, {
    metrics: [accuracy],
    // the lesson's own norm has no epsilon, and so few pictures vary in nothing
    skipNaN: true,
  })
  expect(backendInfo().fallbacks).toEqual([])
  lo.dispose()
  model.dispose()
})

it.each(['rnn', 'gru', 'lstm'] as const)('a language model with %s', async cell => {
  manualSeed(1)
  const model = new CharLM({ vocab: 11, embedding: 6, hidden: 8, layers: 2, dropout: 0.5, cell })
  const lo = new LayerOptimizer(adam, model, 1e-3, 1e-5, { clip: 0.3 })
  const loader = new LanguageModelLoader(
    Int32Array.from({ length: 160 }, (_, i) => i % 11),
    { bs: 4, bptt: 5, seed: 1 },
  )
  backendInfo()
  await fit(model, { train: loader, validation: loader }, 1, lo, crossEntropy)
  expect(backendInfo().fallbacks).toEqual([])
  lo.dispose()
  model.dispose()
})

it('a ResNet with frozen batch norms, a head of everything there is, and mixup', async () => {
  manualSeed(1)
  const body = resnet18({ widths: [4, 6, 8, 10], classes: 0 })
  const model: Module = new Sequential(
    body,
    new Dropout2d(0.2),
    new AdaptiveConcatPool2d([3, 2]),
    new Flatten({ channelsFirst: true }),
    new BatchNorm1d(120),
    new Linear(120, 16),
    new LayerNorm(16),
    new ReLU(),
    new Linear(16, 4),
  )
  bnFreeze(body)
  const lo = new LayerOptimizer(adam, model, 1e-3)
  const loader = pictures(64)
  backendInfo()
  await fit(model, { train: loader }, 1, lo, crossEntropy, {
    callbacks: [mixup({ generator: new Generator(2) })],
  })
  expect(backendInfo().fallbacks).toEqual([])
  lo.dispose()
  model.dispose()
})
