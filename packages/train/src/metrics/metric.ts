import type { Tensor } from '@tensorflow/tfjs-core'

/**
 * What a validation measures beside the loss. Give `batch` for a mean over items (it is weighted by
 * them), `finish` for something made of the means, or both.
 */
export interface Metric {
  /** Its column in the table and its key in the history. */
  readonly name: string
  /** The batch's mean, a scalar. */
  batch?(output: Tensor, target: Tensor): Tensor
  /** From the mean of `batch` (NaN without one) and the mean loss to the value shown. */
  finish?(mean: number, loss: number): number
}
