/** What becomes of the losses of single values. */
import { mean, sum, type Tensor } from '@tensorflow/tfjs-core'
import { checkChoice } from '../checks'

export type Reduction = 'mean' | 'sum' | 'none'

export interface LossOptions {
  /** The mean of all, their sum, or each for itself (default 'mean'). */
  reduction?: Reduction
}

export const checkReduction = (loss: string, reduction: string): void =>
  checkChoice(loss, 'reduction', reduction, ['mean', 'sum', 'none'])

export function reduced(each: Tensor, reduction: Reduction): Tensor {
  if (reduction === 'none') return each
  return reduction === 'sum' ? sum(each) : mean(each)
}
