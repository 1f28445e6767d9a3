/** What a ConvLearner asks of data; `ImageClassifierData` is one. */
import { DlError, showValue } from '@dl/core'
import type { DataLoader } from '@dl/data'
import { type AnyModule, binaryCrossEntropy, crossEntropy, isModule } from '@dl/layers'
import { accuracy, accuracyThreshold, type LearnerOptions, type TrainData } from '@dl/train'
import { abs, mean, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { TransformPair } from '../transforms/image-transforms'

/** Loaders of pictures [N, H, W, C] and what is to be said of them. */
export interface ConvData extends TrainData {
  /** How many classes there are, or numbers for a regression. */
  readonly c: number
  /** Whether targets are numbers to be hit, float32 [N, c] (default false). */
  readonly isReg?: boolean
  /** Names of the classes; `predictOne` and `export` ask for them, and for the transforms. */
  readonly classes?: readonly string[]
  readonly tfms?: TransformPair
}

/** As a Learner's; the loss may be left to the data. */
export interface ConvLearnerOptions extends Partial<LearnerOptions> {
  /** Where stored activations are kept between runs (default: in memory only). Not in a page. */
  activationsPath?: string
}

/** Loss and metrics that suit the data, as fast.ai chooses them; what is given goes first. */
export function suited(
  model: AnyModule,
  data: ConvData,
  given: ConvLearnerOptions,
): LearnerOptions {
  if (!isModule(model)) {
    throw new DlError('bad-option', {
      problem: `the model is ${showValue(model)}`,
      expected: 'a Module of @dl/layers',
      ...(typeof model === 'function' && { fix: 'Call it: the learner takes a net.' }),
    })
  }
  requireData(data)
  if (typeof given !== 'object' || given === null) {
    throw new DlError('bad-option', {
      problem: `the options of a learner are ${showValue(given)}`,
      expected: 'an object with any of loss, metrics, optFn, callbacks',
    })
  }
  const { activationsPath: _, ...options } = given
  if (data.isReg) return { loss: absoluteError, metrics: [], ...options }
  if (!data.isMulti) return { loss: crossEntropy, metrics: [accuracy], ...options }
  return { loss: binaryCrossEntropy, metrics: [accuracyThreshold()], ...options }
}

/** A loader of its own is easily taken for data. */
export function requireData(data: ConvData): void {
  if (typeof data?.train?.[Symbol.asyncIterator] === 'function') return
  const isLoader = typeof (data as unknown as DataLoader)?.[Symbol.asyncIterator] === 'function'
  throw new DlError('bad-option', {
    problem: isLoader ? 'the data is a loader' : `the data is ${showValue(data)}`,
    expected: 'an ImageClassifierData, or { train, validation, c } with loaders',
    ...(isLoader && { fix: 'Say which it is: { train: loader, c: 10 }.' }),
  })
}

const absoluteError = (output: Tensor, target: Tensor): Tensor =>
  tidy(() => mean(abs(sub(output, target))))
