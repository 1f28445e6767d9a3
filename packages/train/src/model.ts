/** What the loop needs of a model, a loss and data: no base class, only these shapes. */
import type { DataLoader } from '@dl/data'
import type { Tensor } from '@tensorflow/tfjs-core'

/** A `Module` of @dl/layers is one; so is anything else with these four. */
export interface TrainableModel {
  /** From a batch's inputs to predictions; what it returns is the loop's to dispose. */
  call(...inputs: Tensor[]): Tensor
  train(): unknown
  eval(): unknown
  /** Returns carried state to its beginning. */
  resetState(): void
}

/** From predictions and target to the batch's mean loss, a scalar. */
export type Loss = (output: Tensor, target: Tensor) => Tensor

/** Epochs to learn from and, where there is one, a set to judge by. */
export interface TrainData {
  train: DataLoader
  validation?: DataLoader
}
