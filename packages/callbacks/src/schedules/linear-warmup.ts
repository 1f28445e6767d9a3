/**
 * A linear warm-up, as `torch.optim.lr_scheduler.LinearLR`: large steps in the first batches, when
 * gradients are wild and Adam's averages young, do harm that training does not make good. It takes
 * another schedule along, whose learning rates it multiplies, as PyTorch's ChainedScheduler.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import { badOption } from '../bad-option'
import { checkNumber, checkOptimizer } from '../checks'
import { type Callback, EVENTS, type LayerOptimizerLike, type TrainContext } from '../protocol'
import { type ClockState, checkSpan } from './clock'
import { stopwatch } from './elapsed'
import { scheduled } from './scheduled'

export interface LinearWarmupOptions {
  /** How long it takes, in epochs or in batches whatever an epoch holds (default 1 epoch). */
  length?: number | { batches: number }
  /** What the learning rates of the first batch are multiplied by (default 1/3). */
  startFactor?: number
  /** What sets the learning rates besides, before every batch: `cosAnneal(lo)` (default: they stay). */
  schedule?: Callback
}

/**
 * Raises the learning rates of all groups in equal steps from a part of what they would be. The clock
 * of the schedule it takes along runs from the beginning. When training ends the base rates are back.
 *
 * @throws DlError `bad-option`; in the run `unknown-length` where it counts epochs of a loader that
 *   does not tell its length
 *
 * @example
 * ```ts
 * import { callbackList, cosAnneal, linearWarmup } from '@dl/callbacks'
 *
 * const lo = { lr: 0.1, lrs: [0.1], baseLrs: [0.1], setLrs() {} }
 * const schedule = cosAnneal(lo, { cycleLen: 10 })
 * const warm = linearWarmup(lo, { length: { batches: 500 }, startFactor: 0.01, schedule })
 * callbackList([warm]).callbacks.length // → 1
 * ```
 */
export function linearWarmup(
  optimizer: LayerOptimizerLike,
  options: LinearWarmupOptions = {},
): Callback {
  const known = ['length', 'startFactor', 'schedule'] as const
  const checked = checkOptions('linearWarmup', options, known)
  const { length = 1, startFactor = 1 / 3, schedule } = checked
  checkOptimizer('linearWarmup', optimizer)
  checkSpan('linearWarmup', 'length', length)
  const part = 'a number from 0 to 1'
  checkNumber('linearWarmup', 'startFactor', startFactor, part, value => value >= 0 && value <= 1)
  if (schedule !== undefined) checkSchedule(schedule)

  const byBatch = typeof length === 'object'
  const whole = byBatch ? length.batches : length
  const watch = stopwatch(byBatch)
  /** Whether the learning rates in use are not yet whole. */
  let warming = false
  const factor = (ctx: TrainContext): number => {
    const done = watch.elapsed(ctx) / whole
    if (done >= 1 - 1e-9) return 1
    if (!byBatch && ctx.batchesInEpoch === Number.POSITIVE_INFINITY) throw unknownLength()
    return startFactor + (1 - startFactor) * done
  }

  return scheduled(optimizer, {
    ...(schedule && handlersOf(schedule)),
    name: 'linearWarmup',
    order: -10,
    async onTrainBegin(ctx) {
      watch.begin(ctx)
      await schedule?.onTrainBegin?.(ctx)
    },
    async onBatchBegin(ctx) {
      const now = factor(ctx)
      await schedule?.onBatchBegin?.(ctx)
      const { lrs, baseLrs } = optimizer
      if (now < 1) optimizer.setLrs((schedule ? lrs : baseLrs).map(lr => lr * now))
      else if (warming && !schedule) optimizer.setLrs(baseLrs)
      warming = now < 1
    },
    async onTrainEnd(ctx) {
      await schedule?.onTrainEnd?.(ctx)
      optimizer.setLrs(optimizer.baseLrs)
    },
    state(): State {
      const inner = statesOf(schedule)
      const options = { length, startFactor, schedule: optionsOf(schedule, inner) }
      return { ...watch.state(), warming, inner, options }
    },
    restore(state) {
      const { inner } = state as State
      watch.restore(state)
      warming = (state as State).warming
      // of another schedule than this one it is none
      if (schedule && Object.hasOwn(inner, schedule.name)) schedule.restore?.(inner[schedule.name])
    },
  })
}

interface State extends ClockState {
  warming: boolean
  /** What the schedule has, by its name. */
  inner: Record<string, unknown>
  options: object
}

const statesOf = (schedule: Callback | undefined): Record<string, unknown> =>
  schedule?.state ? { [schedule.name]: schedule.state() } : {}

/** Its name, with what it was made with where it tells. */
const optionsOf = (schedule: Callback | undefined, states: Record<string, unknown>) =>
  schedule && {
    [schedule.name]: (states[schedule.name] as { options?: object } | undefined)?.options ?? null,
  }

const handlersOf = (schedule: Callback): Partial<Callback> =>
  Object.fromEntries(
    EVENTS.filter(event => schedule[event]).map(event => [event, schedule[event]!.bind(schedule)]),
  )

const unknownLength = (): DlError =>
  new DlError('unknown-length', {
    problem: 'linearWarmup counts epochs, and the loader does not tell how many batches one has',
    expected: 'a loader with a length',
    fix: 'Give it one, or count batches: length: { batches: 500 }.',
  })

function checkSchedule(schedule: Callback | null): void {
  if (typeof schedule === 'object' && typeof schedule?.onBatchBegin === 'function') return
  const call = typeof schedule === 'function' ? 'Call it: cosAnneal(lo, { … }).' : ''
  const words = 'a callback that sets learning rates before each batch, such as cosAnneal(lo)'
  badOption('linearWarmup', `schedule is ${showValue(schedule)}`, words, call)
}
