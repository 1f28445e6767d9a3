/** The model and the loaders of a row, as the examples make them. */
import { manualSeed } from '@dl/core'
import { type DataLoader, take } from '@dl/data'
import { loadCorpus } from '@dl/example-kit'
import { patches } from '@dl/example-kit/pictures'
import { bnFreeze, crossEntropy, type Module } from '@dl/layers'
import { adam, adamW, type HasParameters, type LayerGroup, sgd, type UpdateRule } from '@dl/optim'
import { accuracy, type LearnerModel, type Metric } from '@dl/train'
import { ConvLearner, type ImageClassifierData } from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { STEPS } from '../../../examples/rnn-from-scratch/src/steps'
import { imagesOf, netOf, picturesOf } from './pictures'
import { pretrained } from './pretrained'
import { QUICK } from './quick'
import { bsOf, type PictureRow, type Row } from './rows'

export interface Task {
  model: LearnerModel & HasParameters & { dispose(): void }
  /** The model's layers, the first ones first, where they learn at rates of their own. */
  groups: HasParameters | readonly LayerGroup[]
  loaders: { train: DataLoader; validation: DataLoader }
  loss: typeof crossEntropy
  optimizer: () => UpdateRule
  metrics: Metric[]
  /** As in the lesson, a state goes on from epoch to validation to epoch. */
  carryState: boolean
  /** What guessing comes to, by the row's measure. */
  chance: number
  /** Accuracy over augmented looks at each picture. */
  tta?: () => Promise<number>
}

export interface TaskOptions {
  seed: number
  /** A name, or a folder or file, of the text or the pictures. */
  data: string
  quick: boolean
  /** Where a pretraining's weights are kept. */
  folder: string
  say(text: string): void
}

const RULES = { sgd: () => sgd({ momentum: 0.9 }), adam, adamW }

export async function taskOf(row: Row, options: TaskOptions): Promise<Task> {
  manualSeed(options.seed)
  return row.kind === 'text' ? textTask(STEPS[row.step], options) : pictureTask(row, options)
}

async function textTask(
  step: (typeof STEPS)[keyof typeof STEPS],
  { seed, data, quick, say }: TaskOptions,
): Promise<Task> {
  const corpus = await loadCorpus(data, say)
  const bs = quick ? QUICK.text.bs : step.bs
  const { train, validation, vocab } = step.data(corpus, { bs, seed })
  const nHidden = quick ? QUICK.nHidden : 256
  const model = step.model({ vocab, nFac: 42, nHidden }) as Module
  const short = {
    train: take(train, QUICK.text.train),
    validation: take(validation, QUICK.text.validation),
  }
  return {
    model,
    groups: model,
    loaders: quick ? short : { train, validation },
    loss: crossEntropy,
    optimizer: adam,
    metrics: [],
    carryState: true,
    chance: Math.log(vocab),
  }
}

async function pictureTask(row: PictureRow, options: TaskOptions): Promise<Task> {
  const { seed, quick } = options
  const set = quick
    ? patches({ count: QUICK.pictures.count, seed })
    : await picturesOf(row, options)
  const images = imagesOf(set, bsOf(row), seed)
  const model = netOf(row.model, images.c)
  if (row.pretraining && !quick) await pretrained(model, row, options)
  if (row.bnFreeze) bnFreeze(model)
  return {
    model,
    groups: row.lrParts ? thirds(model) : model,
    loaders: images,
    loss: crossEntropy,
    optimizer: RULES[row.optimizer ?? 'sgd'],
    metrics: [accuracy],
    carryState: false,
    chance: 1 / images.c,
    ...(row.tta !== undefined && { tta: () => byAugmentation(model, images) }),
  }
}

/** Two blocks, one block, the head. */
function thirds(model: Module): LayerGroup[] {
  const parts = [...model.children()].map(([, child]) => child)
  return [parts.slice(0, 2), parts.slice(2, 3), parts.slice(3)]
}

async function byAugmentation(model: Module, images: ImageClassifierData): Promise<number> {
  const learn = ConvLearner.fromModelData(model, images)
  const { probabilities, targets } = await learn.tta()
  const right = accuracy.batch!(probabilities, targets)
  const [value] = await right.data()
  dispose([probabilities, targets, right])
  learn.dispose()
  return value!
}
