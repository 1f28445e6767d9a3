/**
 * What a training loop tells its callbacks. Events observe (`on…`), three transforms change
 * (`transform…`), and the context is a view of the run that callbacks read but do not write.
 * Unlike fast.ai's, every callback sees every event, any may stop the run, and `onTrainEnd` always
 * comes, also after an error.
 */
import type { Batch } from '@dl/data'
import type { Tensor } from '@tensorflow/tfjs-core'

export type { Batch }

/** The part of an optimizer that schedules use; `LayerOptimizer` of @dl/optim is one. */
export interface LayerOptimizerLike {
  /** The learning rate of the last group. */
  readonly lr: number
  /** The learning rate of each group now. */
  readonly lrs: readonly number[]
  /** The learning rate of each group as given by its owner; schedules start from these. */
  readonly baseLrs: readonly number[]
  /** Momentum, or Adam's beta1, where the optimizer has one. */
  readonly mom?: number
  setLrs(lrs: number | readonly number[]): void
  setMom?(momentum: number): void
}

/** One finished epoch: what a row of the results table shows, in the order of its keys. */
export interface EpochRow {
  epoch: number
  trnLoss: number
  valLoss?: number
  [metric: string]: number | undefined
}

/** Everything that a run needs to be taken up again where it stands. */
export interface RunState {
  /** Whoever asked for them disposes them. */
  tensors: Record<string, Tensor>
  /** As JSON has it, and numbers that it has not. */
  values: Record<string, unknown>
}

/** Where a run was taken up, and what is not as it was. */
export interface Resumed {
  /** The checkpoint. */
  readonly path: string
  /** Epochs that were finished. */
  readonly epoch: number
  /** Batches that were finished in the epoch after these. */
  readonly batch: number
  readonly step: number
  /** What the program has otherwise than the checkpoint, and whose is used; empty where nothing is. */
  readonly notes: readonly string[]
}

/** A view of the run. One object that changes as the run goes on: copy what should stay. */
export interface TrainContext {
  /** The epoch in progress, from 0; while none is, the number of finished epochs. */
  readonly epoch: number
  readonly epochs: number
  /** Batches finished in this epoch. */
  readonly batch: number
  /**
   * The length of this epoch, as far as it is known: Infinity in the first epoch of a loader that
   * does not tell, then what the epoch before had. From `onPhaseEnd` on it is exact.
   */
  readonly batchesInEpoch: number
  /** Batches finished in the whole run. */
  readonly step: number
  /** The learning rate of the last group now. */
  readonly lr: number
  /** The loss of the last finished batch. */
  readonly loss: number
  /** The debiased running average of the loss (0.98), which goes on across epochs. */
  readonly smoothLoss: number
  /** Items of the last batch. */
  readonly items: number
  /** After validation: `valLoss` and the metrics, in order. */
  readonly metrics: Readonly<Record<string, number>>
  readonly history: readonly EpochRow[]
  /** Why the run is about to end early; null or left out while it is not. */
  readonly stopped?: string | null
  /** Of a run that goes on from a checkpoint: from `onTrainBegin` on. */
  readonly resumed?: Resumed | null
  /**
   * All of the run's state now, callbacks' included: between two batches or two epochs, never within
   * one. Left out by loops that cannot be resumed.
   */
  capture?(): Promise<RunState>
  /** Ends the run cleanly after this event; the other callbacks still get the event. */
  stop(reason?: string): void
  /** Raised by schedules, when the last batch of a cycle (counted from 0) is done. */
  emit(event: 'onCycleEnd', cycle: number): Promise<void>
}

/** What an event handler returns: nothing, now or later. The loop waits for it. */
export type Handled = void | Promise<void>

/** What the loss of a batch was made of; both are the loop's. */
export interface LossParts {
  readonly output: Tensor
  readonly target: Tensor
}

/** A guest in the training loop. Every part but the name is optional. */
export interface Callback {
  /** Names it in errors and checkpoints. */
  readonly name: string
  /** Smaller comes first: schedules −10, plain 0 (the default), savers +10. */
  readonly order?: number

  onTrainBegin?(ctx: TrainContext): Handled
  onEpochBegin?(ctx: TrainContext): Handled
  onPhaseBegin?(ctx: TrainContext): Handled
  onBatchBegin?(ctx: TrainContext): Handled
  onBatchEnd?(ctx: TrainContext): Handled
  onPhaseEnd?(ctx: TrainContext): Handled
  onValidationBegin?(ctx: TrainContext): Handled
  onValidationEnd?(ctx: TrainContext): Handled
  onCycleEnd?(ctx: TrainContext, cycle: number): Handled
  onEpochEnd?(ctx: TrainContext): Handled
  /** Always comes, also after an error or a stop. */
  onTrainEnd?(ctx: TrainContext): Handled
  onError?(ctx: TrainContext, error: unknown): Handled

  /** Runs inside a tidy: tensors it makes and does not return are freed. */
  transformBatch?(batch: Batch, ctx: TrainContext): Batch
  /** Runs on the tape, between the loss function and its gradients. */
  transformLoss?(loss: Tensor, ctx: TrainContext, parts: LossParts): Tensor
  /** Runs before clipping; null stands for a parameter the loss does not depend on. */
  transformGrads?(grads: readonly (Tensor | null)[], ctx: TrainContext): (Tensor | null)[]

  /**
   * What a checkpoint keeps, as JSON has it; `restore` gets it back before `onTrainBegin`. If it has
   * `options`, a run that goes on with others notes them.
   */
  state?(): unknown
  /** Tensors that it keeps besides, yours no longer; `restore` gets some that stay the loop's. */
  tensors?(): Record<string, Tensor>
  restore?(state: unknown, tensors?: Readonly<Record<string, Tensor>>): void
}

/** The events in the order of a run; `onCycleEnd` and `onError` come when they come. */
export const EVENTS = [
  'onTrainBegin',
  'onEpochBegin',
  'onPhaseBegin',
  'onBatchBegin',
  'onBatchEnd',
  'onPhaseEnd',
  'onValidationBegin',
  'onValidationEnd',
  'onCycleEnd',
  'onEpochEnd',
  'onTrainEnd',
  'onError',
] as const

export type CallbackEvent = (typeof EVENTS)[number]

export const TRANSFORMS = ['transformBatch', 'transformLoss', 'transformGrads'] as const
