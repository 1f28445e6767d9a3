import type { Tensor } from '@tensorflow/tfjs-core'

/** What a validation measures beside the loss: a mean over items, or what is made of counts. */
export type Metric = MeanMetric | CountMetric

/**
 * Give `batch` for a mean over items (it is weighted by them), `finish` for something made of the
 * means, or both.
 */
export interface MeanMetric {
  /** Its column in the table and its key in the history. */
  readonly name: string
  /** The batch's mean, a scalar. */
  batch?(output: Tensor, target: Tensor): Tensor
  /** From the mean of `batch` (NaN without one) and the mean loss to the value shown. */
  finish?(mean: number, loss: number): number
  counts?: undefined
}

/** For what is no mean over batches, as precision: sums over all items, and a value made of them. */
export interface CountMetric {
  /** Its column in the table and its key in the history. */
  readonly name: string
  /** The batch's sums, a vector of the same length for each batch; they are added up in float64. */
  counts(output: Tensor, target: Tensor): Tensor
  /** The sums so far and a batch's in one, where they are not to be added up. */
  merge?(sums: readonly number[], batch: readonly number[]): number[]
  /** From the sums over all batches to the value shown. */
  finish(counts: readonly number[]): number
}
