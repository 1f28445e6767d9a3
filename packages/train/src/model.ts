/** What the loop needs of a model, a loss and data: no base class, only these shapes. */
import type { RestorableModel } from '@dl/callbacks'
import type { DataLoader } from '@dl/data'
import type { HasParameters } from '@dl/optim'
import type { Tensor } from '@tensorflow/tfjs-core'

/**
 * A `Module` of @dl/layers is one; so is anything else with these four. Modes and carried state are
 * put back by `namedModules` and `namedBuffers`, or `training`, where a model has them.
 */
export interface TrainableModel {
  /** From a batch's inputs to predictions; what it returns is the loop's to dispose. */
  call(...inputs: Tensor[]): Tensor
  train(): unknown
  eval(): unknown
  /** Returns carried state to its beginning. */
  resetState(): void
  readonly training?: boolean
}

/** What a Learner holds; any `Module` from a batch's inputs to predictions is one. */
export interface LearnerModel extends TrainableModel, HasParameters, RestorableModel {
  /** The parts that are its layer groups unless others are given. */
  children(): Iterable<readonly [name: string, child: HasParameters]>
}

/** From predictions and target to the batch's mean loss, a scalar. */
export type Loss = (output: Tensor, target: Tensor) => Tensor

/** Epochs to learn from and, where there is one, a set to judge by. */
export interface TrainData {
  train: DataLoader
  validation?: DataLoader | undefined
  /** The training items as validation sees them, in order. */
  fix?: DataLoader | undefined
  /** The validation items as training sees them, in order. */
  aug?: DataLoader | undefined
  test?: DataLoader | undefined
  /** The test items as training sees them, in order. */
  testAug?: DataLoader | undefined
  /** Whether items may have several labels. */
  isMulti?: boolean
}
