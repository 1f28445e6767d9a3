/** Keeps the numbers of a run, to plot or to compare. fast.ai's default scheduler did the same. */
import { checkOptions, showValue } from '@dl/core'
import { badOption } from './bad-option'
import type { Callback, EpochRow, LayerOptimizerLike } from './protocol'

/** What was known when an epoch ended; `step` is the number of batches finished by then. */
export type RecordedEpoch = EpochRow & { step: number }

/** The numbers of a run: arrays by batch, and one entry for each epoch and cycle. */
export interface LossRecorder extends Callback {
  readonly losses: readonly number[]
  readonly smoothLosses: readonly number[]
  /** The learning rate (of the last group) that each batch was trained with. */
  readonly lrs: readonly number[]
  /** The momentum that each batch was trained with; empty unless an optimizer was given. */
  readonly moms: readonly number[]
  readonly epochs: readonly RecordedEpoch[]
  /** The step after which each cycle ended. */
  readonly cycles: readonly number[]
}

export interface LossRecorderOptions {
  /** Whose momentum to record: the context of a run tells the learning rate alone. */
  optimizer?: Pick<LayerOptimizerLike, 'mom'>
}

interface Recorded {
  losses: number[]
  smoothLosses: number[]
  lrs: number[]
  moms: number[]
  epochs: RecordedEpoch[]
  cycles: number[]
}

const nothing = (): Recorded => ({
  losses: [],
  smoothLosses: [],
  lrs: [],
  moms: [],
  epochs: [],
  cycles: [],
})

/**
 * Records the loss, the smoothed loss and the learning rate of every batch, and each epoch's row.
 * A new run starts with empty arrays; a resumed one continues those of its checkpoint.
 *
 * @example
 * ```ts
 * import { lossRecorder } from '@dl/callbacks'
 *
 * const recorder = lossRecorder()
 * // await fit(model, data, 2, lo, crossEntropy, { callbacks: [recorder] })
 * recorder.losses.length // → 0
 * ```
 */
export function lossRecorder(options: LossRecorderOptions = {}): LossRecorder {
  const { optimizer } = checkOptions('lossRecorder', options, ['optimizer'])
  if (optimizer !== undefined && (typeof optimizer !== 'object' || optimizer === null)) {
    badOption('lossRecorder', `optimizer is ${showValue(optimizer)}`, 'a LayerOptimizer')
  }
  let run = nothing()
  let restored = false
  return {
    name: 'lossRecorder',
    get losses() {
      return run.losses
    },
    get smoothLosses() {
      return run.smoothLosses
    },
    get lrs() {
      return run.lrs
    },
    get moms() {
      return run.moms
    },
    get epochs() {
      return run.epochs
    },
    get cycles() {
      return run.cycles
    },

    onTrainBegin() {
      if (!restored) run = nothing()
      restored = false
    },
    onBatchEnd(ctx) {
      run.losses.push(ctx.loss)
      run.smoothLosses.push(ctx.smoothLoss)
      run.lrs.push(ctx.lr)
      if (optimizer?.mom !== undefined) run.moms.push(optimizer.mom)
    },
    onCycleEnd(ctx) {
      run.cycles.push(ctx.step)
    },
    onEpochEnd(ctx) {
      const { epoch, step, smoothLoss, metrics } = ctx
      run.epochs.push({ epoch, step, trnLoss: smoothLoss, ...metrics })
    },

    state: () => structuredClone(run),
    restore(state) {
      run = fromJson(state as Recorded)
      restored = true
    },
  }
}

/** JSON has no NaN and writes null instead. */
function fromJson({ losses, smoothLosses, lrs, moms, epochs, cycles }: Recorded): Recorded {
  const number = (value: number | null): number => value ?? Number.NaN
  return {
    losses: losses.map(number),
    smoothLosses: smoothLosses.map(number),
    lrs: lrs.map(number),
    moms: moms.map(number),
    epochs: epochs.map(row => ({ ...row })),
    cycles: [...cycles],
  }
}
