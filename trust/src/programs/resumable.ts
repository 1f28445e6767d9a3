/**
 * A training that is killed and goes on: `node resumable.js '{"kind":"lm","folder":"…","epochs":2}'`. It saves
 * after every step, leaves its step and phase in the file `phase`, and prints its curve at the end.
 */
import '@dl/backend-wasm'
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Callback, checkpoint, cosAnneal, ema, lossRecorder, oneCycle } from '@dl/callbacks'
import { backendInfo, Generator, manualSeed } from '@dl/core'
import { fileStorage } from '@dl/data'
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  crossEntropy,
  Flatten,
  Linear,
  type Module,
  ReLU,
  Sequential,
} from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit, type TrainData } from '@dl/train'
import { cifar10Stats, datasets, ImageClassifierData, randomFlip, tfmsFromStats } from '@dl/vision'
import { dispose, ready } from '@tensorflow/tfjs-core'

/** The command line. */
export interface Resumable {
  kind: 'lm' | 'images'
  folder: string
  epochs: number
}

/** What it prints. */
export interface Curve {
  losses: readonly number[]
  history: readonly object[]
  /** A sum over weights, averages and running statistics. */
  weights: string
  resumedAt: number | null
  native: string | null
  threads: number
}

interface Training {
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

const { kind, folder, epochs } = JSON.parse(process.argv[2]!) as Resumable
const phases = openSync(join(folder, 'phase'), 'w')
let step = 0
const mark = (phase: string) => writeSync(phases, `${step} ${phase}`.padEnd(24), 0)
mark('starting')

/** Marks what comes before and after the checkpoint of each step. */
const around = (order: number, phase: string): Callback => ({
  name: phase,
  order,
  onBatchEnd(ctx) {
    step = ctx.step
    mark(phase)
  },
})

await ready()
const own = fileStorage()
const path = join(folder, 'run')
const goesOn = (await own.list(`${path}_`)).length > 0
// what is not restored shows
manualSeed(goesOn ? 12 : 11)
const made = { lm: languageModel, images }[kind]()
const { model, data, lo, callbacks } = made
const storage = {
  ...own,
  async write(path: string, bytes: Uint8Array) {
    mark('writing')
    await own.write(path, bytes)
    mark('saving')
  },
}
const recorder = lossRecorder()
const { history, resumed } = await fit(model, data, epochs, lo, crossEntropy, {
  callbacks: [
    ...callbacks,
    recorder,
    around(999, 'saving'),
    checkpoint(path, { everySteps: 1, storage, keepLast: 2 }),
    around(1001, 'training'),
  ],
  ...(goesOn && { resume: { path, storage } }),
})
mark('ending')
const sum = createHash('sha256')
const tensors = model.stateDict()
for (const tensor of Object.values(tensors))
  sum.update(new Uint8Array((await tensor.data()).buffer))
dispose(tensors)
const { native, threads } = backendInfo()
const curve: Curve = {
  losses: recorder.losses,
  history,
  weights: sum.digest('hex'),
  resumedAt: resumed?.step ?? null,
  native,
  threads,
}
process.stdout.write(JSON.stringify(curve))
process.exit(0)
