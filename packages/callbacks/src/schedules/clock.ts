/**
 * Tells schedules where a run stands in their cycles: in exact epochs, or in batches whatever an
 * epoch holds, as fast.ai counted.
 */
import { checkOptions, DlError } from '@dl/core'
import { badOption } from '../bad-option'
import { checkCount, checkNumber } from '../checks'
import type { TrainContext } from '../protocol'
import { cycleAt, positionIn } from './cycles'

export interface CycleOptions {
  /** The first cycle's length in epochs, or in batches whatever an epoch holds. */
  cycleLen?: number | { batches: number }
  /** Each cycle is this many times as long as the one before (default 1). */
  cycleMult?: number
}

/** A place in a cycle. */
export interface Place {
  /** The cycle's number, from 0. */
  readonly cycle: number
  /** How far along it is, from 0 to below 1. */
  readonly position: number
  /** How many batches it has, by the length of this epoch. */
  readonly batches: number
  /** The position of a turning point; on a whole batch where cycles are counted in batches. */
  turn(fraction: number): number
}

export interface CycleClock {
  /** Starts the first cycle here, unless a state was restored. */
  begin(ctx: TrainContext): void
  /** Where the batch about to begin stands. */
  place(ctx: TrainContext): Place
  /** The numbers of the cycles that have ended since it was asked last: mostly none. */
  ended(ctx: TrainContext): number[]
  state(): ClockState
  restore(state: ClockState): void
}

/** Where the first cycle began. */
export interface ClockState {
  epoch: number
  step: number
}

/** Without `cycleLen` one cycle spans the run. `owner` is whom errors name. */
export function cycleClock(
  owner: string,
  { cycleLen, cycleMult = 1 }: CycleOptions = {},
): CycleClock {
  const byBatch = typeof cycleLen === 'object'
  checkCycles(owner, cycleLen, cycleMult)

  let origin: ClockState = { epoch: 0, step: 0 }
  let restored = false
  /** The cycle whose end comes next. */
  let current = 0

  const first = (ctx: TrainContext): number =>
    byBatch ? cycleLen.batches : (cycleLen ?? ctx.epochs - origin.epoch)
  const elapsed = (ctx: TrainContext): number =>
    byBatch ? ctx.step - origin.step : ctx.epoch - origin.epoch + partOf(ctx)
  const oneBatch = (ctx: TrainContext): number => (byBatch ? 1 : 1 / ctx.batchesInEpoch)

  return {
    begin(ctx) {
      if (!restored) origin = { epoch: ctx.epoch, step: ctx.step }
      restored = false
      current = cycleAt(elapsed(ctx), first(ctx), cycleMult).index
    },
    place(ctx) {
      if (!byBatch && ctx.batchesInEpoch === Number.POSITIVE_INFINITY) throw unknownLength(owner)
      const now = elapsed(ctx)
      const cycle = cycleAt(now, first(ctx), cycleMult)
      checkLength(owner, cycle.length / oneBatch(ctx))
      return {
        cycle: cycle.index,
        position: positionIn(cycle, now),
        batches: cycle.length / oneBatch(ctx),
        turn: fraction =>
          byBatch ? Math.floor(fraction * cycle.length + 1e-9) / cycle.length : fraction,
      }
    },
    ended(ctx) {
      const from = current
      current = Math.max(from, cycleAt(elapsed(ctx), first(ctx), cycleMult).index)
      return Array.from({ length: current - from }, (_, i) => from + i)
    },
    state: () => ({ ...origin }),
    restore({ epoch, step }) {
      origin = { epoch, step }
      restored = true
    },
  }
}

/** How much of the epoch is done; before its first batch its length may not be known. */
const partOf = ({ batch, batchesInEpoch }: TrainContext): number =>
  batch === 0 ? 0 : batch / batchesInEpoch

const unknownLength = (owner: string): DlError =>
  new DlError('unknown-length', {
    problem: `${owner} counts epochs, and the loader does not tell how many batches one has`,
    expected: 'a loader with a length',
    fix: 'Give it one, or count batches: cycleLen: { batches: 1000 }.',
  })

function checkCycles(owner: string, cycleLen: CycleOptions['cycleLen'], cycleMult: number): void {
  if (cycleLen !== undefined) checkSpan(owner, 'cycleLen', cycleLen)
  checkNumber(owner, 'cycleMult', cycleMult, 'a number of at least 1', mult => mult >= 1)
}

/** No epoch has as many batches as would make this one of them. */
const LEAST = 1e-6

/** A length of time in epochs, or in batches. */
export function checkSpan(owner: string, name: string, span: unknown): void {
  if (typeof span !== 'object' || span === null || !('batches' in span)) {
    const words = 'a number of epochs above 0, or { batches }'
    checkNumber(owner, name, span, words, epochs => epochs >= LEAST)
  } else {
    checkOptions(owner, span, ['batches'])
    checkCount(owner, `${name}.batches`, span.batches, 1)
  }
}

function checkLength(owner: string, batches: number): void {
  if (batches > 1 - 1e-6) return
  const problem = `cycle is ${Number(batches.toPrecision(3))} of a batch long`
  badOption(owner, problem, 'at least one batch', 'Give it a larger cycleLen: it counts epochs.')
}
