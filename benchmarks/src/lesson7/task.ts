/** The model and the loaders of a row, as the examples make them. */
import { manualSeed } from '@dl/core'
import type { DataLoader } from '@dl/data'
import { loadCorpus } from '@dl/example-kit'
import { loadPictures } from '@dl/example-kit/pictures'
import { crossEntropy } from '@dl/layers'
import { adam, sgd, type UpdateRule } from '@dl/optim'
import { accuracy, type LearnerModel, type Metric } from '@dl/train'
import {
  ConvLearner,
  cifar10Stats,
  ImageClassifierData,
  randomFlip,
  tfmsFromStats,
} from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { LADDER } from '../../../examples/cifar10/src/ladder'
import { STEPS } from '../../../examples/rnn-from-scratch/src/steps'
import type { Row } from './rows'

export interface Task {
  model: LearnerModel & { dispose(): void }
  loaders: { train: DataLoader; validation: DataLoader }
  loss: typeof crossEntropy
  optimizer: () => UpdateRule
  metrics: Metric[]
  /** As in the lesson, a state goes on from epoch to validation to epoch. */
  carryState: boolean
  /** Accuracy over augmented looks at each picture. */
  tta?: () => Promise<number>
}

export interface TaskOptions {
  seed: number
  /** A name, or a folder or file, of the text or the pictures. */
  data: string
  say(text: string): void
}

const SIZE = 32

export async function taskOf(row: Row, { seed, data, say }: TaskOptions): Promise<Task> {
  manualSeed(seed)
  if (row.kind === 'text') {
    const step = STEPS[row.step]
    const corpus = await loadCorpus(data, say)
    const { train, validation, vocab } = step.data(corpus, { bs: step.bs, seed })
    return {
      model: step.model({ vocab, nFac: 42, nHidden: 256 }) as unknown as Task['model'],
      loaders: { train, validation },
      loss: crossEntropy,
      optimizer: adam,
      metrics: [],
      carryState: true,
    }
  }
  const set = await loadPictures(data, seed)
  const tfms = tfmsFromStats(cifar10Stats, SIZE, { augTfms: [randomFlip()], pad: SIZE / 8 })
  const images = new ImageClassifierData(set, { tfms, bs: 256, seed })
  const model = LADDER[row.model].make(images.c, SIZE * SIZE * 3, { movingAverage: null })
  return {
    model: model as unknown as Task['model'],
    loaders: images,
    loss: crossEntropy,
    optimizer: () => sgd({ momentum: 0.9 }),
    metrics: [accuracy],
    carryState: false,
    ...(row.tta && {
      async tta() {
        const learn = ConvLearner.fromModelData(model, images)
        const { probabilities, targets } = await learn.tta()
        const right = accuracy.batch!(probabilities, targets)
        const [value] = await right.data()
        dispose([probabilities, targets, right])
        learn.dispose()
        return value!
      },
    }),
  }
}
