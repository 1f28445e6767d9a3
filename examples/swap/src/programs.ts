/**
 * The two halves of the lesson, small: a language model of two layers with dropout under Adam, and a
 * residual net under momentum. Every backend has to train them alike.
 */
import { type Callback, lossRecorder } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { take } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer, sgd } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit, type TrainData } from '@dl/train'
import { BasicBlock, datasets, ImageClassifierData, ResNet } from '@dl/vision'
import { TEXT } from './text'

const STEPS = 50
const SEED = 7

/** Who looks on, and for how many steps. */
interface Watched {
  callbacks?: readonly Callback[]
  steps?: number
}

/** What training gave. */
export interface Trained {
  /** Of each step. */
  losses: readonly number[]
}

export const languageData = (): LanguageModelData =>
  LanguageModelData.fromTexts(
    { train: TEXT.repeat(60), validation: TEXT },
    new Field({ lower: true, tokenize: chars }),
    // few different lengths, as graphics cards compile a program for each
    { bs: 8, bptt: 8, lengthStep: 8, seed: SEED },
  )

export const languageModel = (vocab: number): CharLM =>
  new CharLM({ vocab, cell: 'lstm', embedding: 16, hidden: 32, layers: 2, dropout: 0.5 })

export const pictures = (): ImageClassifierData =>
  new ImageClassifierData(datasets.shapes({ count: 8 * STEPS, size: 16, seed: SEED }), {
    bs: 8,
    seed: SEED,
  })

export const smallResNet = (classes: number): ResNet =>
  new ResNet({ block: BasicBlock, layers: [1, 1], widths: [4, 8], classes, stem: 'cifar' })

export const momentum = (model: ResNet): LayerOptimizer =>
  new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, 1e-2)

async function train(
  model: CharLM | ResNet,
  lo: LayerOptimizer,
  data: TrainData,
  { callbacks = [], steps = STEPS }: Watched,
): Promise<Trained> {
  const recorder = lossRecorder()
  const few = { ...data, train: take(data.train, steps), validation: undefined }
  await fit(model, few, 1, lo, crossEntropy, { callbacks: [recorder, ...callbacks] })
  lo.dispose()
  model.dispose()
  return { losses: recorder.losses }
}

export const programs = {
  charLM(watched: Watched = {}): Promise<Trained> {
    manualSeed(SEED)
    const data = languageData()
    const model = languageModel(data.nt)
    return train(model, new LayerOptimizer(adam, model, 3e-3, 1e-5, { clip: 1 }), data, watched)
  },

  resNet(watched: Watched = {}): Promise<Trained> {
    manualSeed(SEED)
    const data = pictures()
    const model = smallResNet(data.classes.length)
    return train(model, momentum(model), data, watched)
  },
}
