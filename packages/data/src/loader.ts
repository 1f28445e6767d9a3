/**
 * What training needs to know of data: batches, one epoch after the other. Loaders of text, images
 * or arrays live in their own packages and need no more than these types.
 */
import { DlError, type RandomState, showValue } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** One step's worth of data. Whoever took it from a loader disposes it; see {@link disposeBatch}. */
export interface Batch {
  inputs: readonly Tensor[]
  target: Tensor
  /** How many predictions the mean loss of this batch stands for: tokens, images. */
  items: number
}

/** Where a loader stands; plain JSON, for checkpoints. */
export interface LoaderState {
  /** How many epochs have begun. */
  epoch: number
  /** Where its randomness stands, if it has any. */
  random?: RandomState
}

/**
 * Epochs of batches. Asking for an iterator begins an epoch; two iterators at once do not disturb
 * each other.
 */
export interface DataLoader<B = Batch> extends AsyncIterable<B> {
  /** How many batches the next iterator yields, exactly; left out where nobody knows, as of a stream. */
  readonly length?: number | undefined
  /** How many batches an epoch is said to have where that differs, as in fast.ai's language models. */
  readonly nominalLength?: number
  /** With {@link restore}: a resumed run sees the same epochs as the one that was not interrupted. */
  state?(): LoaderState
  restore?(state: LoaderState): void
  /**
   * The next iterator leaves out its first batches, those that an interrupted epoch has had; `length`
   * stays. Of a loader without it they are read and thrown away.
   */
  skip?(batches: number): void
}

/** Examples by number. */
export interface Dataset<T> {
  readonly length: number
  get(index: number): T | Promise<T>
}

/**
 * Frees the tensors of a batch.
 *
 * @throws DlError `bad-batch` for what is none; then nothing is freed
 */
export function disposeBatch(batch: Batch): void {
  if (!Array.isArray(batch?.inputs) || ![...batch.inputs, batch.target].every(isDisposable)) {
    throw new DlError('bad-batch', {
      problem: `disposeBatch got ${showValue(batch)}`,
      expected: 'a batch: { inputs: tensors, target: a tensor }',
    })
  }
  for (const input of batch.inputs) input.dispose()
  batch.target.dispose()
}

const isDisposable = (tensor: Tensor | null | undefined): boolean =>
  typeof tensor?.dispose === 'function'
