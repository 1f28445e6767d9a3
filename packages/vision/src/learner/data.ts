/** What a ConvLearner asks of data; `ImageClassifierData` is one. */
import { binaryCrossEntropy, crossEntropy } from '@dl/layers'
import { accuracy, accuracyThreshold, type LearnerOptions, type TrainData } from '@dl/train'
import { abs, mean, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'

/** Loaders of pictures [N, H, W, C] and what is to be said of them. */
export interface ConvData extends TrainData {
  /** How many classes there are, or numbers for a regression. */
  readonly c: number
  /** Whether targets are numbers to be hit, float32 [N, c] (default false). */
  readonly isReg?: boolean
}

/** Loss and metrics that suit the data, as fast.ai chooses them; what is given goes first. */
export function suited(data: ConvData, options: Partial<LearnerOptions>): LearnerOptions {
  if (data.isReg) return { loss: absoluteError, metrics: [], ...options }
  if (!data.isMulti) return { loss: crossEntropy, metrics: [accuracy], ...options }
  return { loss: binaryCrossEntropy, metrics: [accuracyThreshold()], ...options }
}

const absoluteError = (output: Tensor, target: Tensor): Tensor =>
  tidy(() => mean(abs(sub(output, target))))
