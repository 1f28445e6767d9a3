/** What `fit` is asked for, and what it refuses. */
import type { Callback, EpochRow, Resume, Resumed } from '@dl/callbacks'
import type { LayerOptimizer } from '@dl/optim'
import { announced, checkReusable, emptyLoader } from './batches'
import {
  checkCount,
  checkData,
  checkList,
  checkLoss,
  checkMetrics,
  checkModel,
  checkOptimizer,
} from './checks'
import type { Metric } from './metrics/metric'
import type { Loss, TrainableModel, TrainData } from './model'
import { checkTrainable } from './nothing-learns'

export interface FitOptions {
  callbacks?: readonly Callback[]
  /**
   * Whether carried state (hidden states) flows from epoch to validation to epoch, as in the lesson
   * (default false: it starts afresh at each).
   */
  carryState?: boolean
  /**
   * How many batches make a step (default 1). Their gradients are averaged by items, so that n
   * batches of b learn as one of n·b; what is left over at an epoch's end makes a step, too. To
   * callbacks, schedules and results such a group is one batch; batch norms see each by itself.
   */
  gradientAccumulation?: number
  /** What each validation measures beside the loss: columns of the table. */
  metrics?: readonly Metric[]
  /**
   * Goes on from a checkpoint, in the middle of an epoch if need be, bit for bit as if nothing had
   * been: what `checkpoint` was given, or one of its files. Learning rates, weight decay, schedules,
   * epochs and what is frozen are taken from the program where it now says something else; `resumed`
   * and a warning tell of it.
   */
  resume?: Resume
  /** Ends the run cleanly after the batch in progress. */
  signal?: AbortSignal
  /**
   * Whether to go on past a loss or gradient that is NaN or infinite, without its step (default
   * false). The batch's loss is NaN then, to callbacks, and counts in no mean.
   */
  skipNaN?: boolean
}

/** The names of {@link FitOptions}. */
export const FIT_OPTIONS = [
  'callbacks',
  'carryState',
  'gradientAccumulation',
  'metrics',
  'resume',
  'signal',
  'skipNaN',
] as const satisfies (keyof FitOptions)[]

/** What became of a run. */
export interface FitResult {
  /** One row for each finished epoch. */
  history: EpochRow[]
  /** Why the run ended before its last epoch, or null. */
  stopped: string | null
  /** Where it was taken up and what is not as it was; null for a run from the beginning. */
  resumed: Resumed | null
}

export function checkFit(
  model: TrainableModel,
  data: TrainData,
  epochs: number,
  lo: LayerOptimizer,
  loss: Loss,
): void {
  checkModel(model)
  checkData(data)
  checkCount('the number of epochs', epochs, 0)
  checkOptimizer(lo)
  checkLoss(loss)
  if (epochs === 0) return
  const { train, validation } = data
  if (announced(train, 'training') === 0) throw emptyLoader('training')
  checkReusable(train, 'training', epochs)
  if (validation) checkReusable(validation, 'validation', epochs)
  checkTrainable(lo)
}

export function checkFitOptions({
  callbacks,
  gradientAccumulation,
  metrics,
}: Required<Pick<FitOptions, 'callbacks' | 'gradientAccumulation' | 'metrics'>>): void {
  checkList(callbacks, 'callbacks')
  checkCount('gradientAccumulation', gradientAccumulation, 1)
  checkMetrics(metrics, true)
}
