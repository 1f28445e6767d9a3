/** Two small trainings with all that has a state: the child programs train them. */
import { type Callback, cosAnneal, ema, oneCycle } from '@dl/callbacks'
import { Generator } from '@dl/core'
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  type Module,
  ReLU,
  Sequential,
} from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import type { TrainData } from '@dl/train'
import { cifar10Stats, datasets, ImageClassifierData, randomFlip, tfmsFromStats } from '@dl/vision'

export interface Training {
  model: Module
  data: TrainData
  lo: LayerOptimizer
  callbacks: Callback[]
}

/** Random-length BPTT over a made text, dropout, carried state, Adam under SGDR, averaged weights. */
function languageModel(): Training {
  const chance = new Generator(3)
  const made = (length: number) =>
    Array.from({ length }, () => 'abcdefghij \n'[chance.int(12)]).join('')
  const field = new Field({ tokenize: chars })
  const texts = { train: made(2000), validation: made(400) }
  const data = LanguageModelData.fromTexts(texts, field, { bs: 8, bptt: 12, seed: 1 })
  const model = new CharLM({ vocab: data.nt, hidden: 48, layers: 2, cell: 'gru', dropout: 0.3 })
  const lo = new LayerOptimizer(adam, model, 5e-3, 1e-5)
  const callbacks = [cosAnneal(lo, { cycleMult: 2 }), ema(model, { decay: 0.95 })]
  return { model, data, lo, callbacks }
}

/** Augmented pictures in random order, batch norms, momentum under 1cycle. */
function images(): Training {
  const tfms = tfmsFromStats(cifar10Stats, 16, { augTfms: [randomFlip()], pad: 2 })
  const set = datasets.shapes({ count: 120, validation: 32, size: 16, seed: 2 })
  const data = new ImageClassifierData(set, { tfms, bs: 8, seed: 1 })
  const model = new Sequential(
    new Conv2d(3, 8, 3, { padding: 1 }),
    new BatchNorm2d(8),
    new ReLU(),
    new Conv2d(8, 16, 3, { padding: 1, stride: 2 }),
    new BatchNorm2d(16),
    new ReLU(),
    new AdaptiveAvgPool2d(),
    new Flatten(),
    new Linear(16, data.c),
  )
  const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, 0.05, 1e-4)
  return { model, data, lo, callbacks: [oneCycle(lo)] }
}

export const trainings = { lm: languageModel, images } satisfies Record<string, () => Training>

export type Kind = keyof typeof trainings
