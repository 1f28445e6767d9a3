/**
 * SGDR (Loshchilov and Hutter, arXiv:1608.03983): the learning rate falls along half a cosine and
 * jumps back, in cycles that may grow. Two differences to fast.ai's CosAnneal: position is counted
 * in exact epochs, and a cycle ends after its last batch, not one before it.
 */
import { DlError } from '@dl/core'
import type { Callback, LayerOptimizerLike, TrainContext } from '../protocol'
import { cosine } from './cosine'
import { cycleAt, positionIn } from './cycles'

export interface CosAnnealOptions {
  /** The first cycle's length in epochs (default 1), or in batches whatever an epoch holds. */
  cycleLen?: number | { batches: number }
  /** Each cycle is this many times as long as the one before (default 1). */
  cycleMult?: number
  /** This part of the first cycle runs at a hundredth of the lr (default 0; fast.ai has 0.05). */
  warmup?: number
  /** What the cosine falls towards (default 0). */
  lrMin?: number
  /** Called after the last batch of each cycle, with its number from 0. */
  onCycleEnd?(cycle: number): void | Promise<void>
}

/** The part of a warm-up's learning rate that fast.ai uses. */
const WARMUP_FACTOR = 0.01

/**
 * Anneals the learning rates of all groups from their base, cycle after cycle, and raises
 * `onCycleEnd` after each. When training ends the base rates are back.
 *
 * @example
 * ```ts
 * import { callbackList, cosAnneal } from '@dl/callbacks'
 *
 * const lo = { lr: 0.1, lrs: [0.1], baseLrs: [0.1], setLrs() {} }
 * const schedule = cosAnneal(lo, { cycleLen: 1, cycleMult: 2 }) // 1 + 2 + 4 + … epochs
 * callbackList([schedule]).callbacks[0]?.order // → -10
 * ```
 */
export function cosAnneal(
  optimizer: LayerOptimizerLike,
  { cycleLen = 1, cycleMult = 1, warmup = 0, lrMin = 0, onCycleEnd }: CosAnnealOptions = {},
): Callback {
  const byBatch = typeof cycleLen === 'object'
  const firstLength = byBatch ? cycleLen.batches : cycleLen
  checkOptions({ firstLength, byBatch, cycleMult, warmup, lrMin })

  // where this schedule's first cycle began
  let origin = { epoch: 0, step: 0 }
  let restored = false

  const elapsed = (ctx: TrainContext): number =>
    byBatch ? ctx.step - origin.step : ctx.epoch - origin.epoch + ctx.batch / ctx.batchesInEpoch
  const oneBatch = (ctx: TrainContext): number => (byBatch ? 1 : 1 / ctx.batchesInEpoch)

  return {
    name: 'cosAnneal',
    order: -10,

    onTrainBegin(ctx) {
      if (!restored) origin = { epoch: ctx.epoch, step: ctx.step }
      restored = false
    },

    onBatchBegin(ctx) {
      const now = elapsed(ctx)
      const cycle = cycleAt(now, firstLength, cycleMult)
      const position = positionIn(cycle, now)
      // the cosine's clock runs during the warm-up, as in the original
      const warming = cycle.index === 0 && position < warmup - 1e-9
      optimizer.setLrs(
        optimizer.baseLrs.map(base =>
          warming ? base * WARMUP_FACTOR : cosine(base, Math.min(lrMin, base))(position),
        ),
      )
    },

    async onBatchEnd(ctx) {
      const now = elapsed(ctx)
      const last = cycleAt(now - oneBatch(ctx), firstLength, cycleMult).index
      const next = cycleAt(now, firstLength, cycleMult).index
      for (let cycle = last; cycle < next; cycle++) await ctx.emit('onCycleEnd', cycle)
    },

    onCycleEnd: (_ctx, cycle) => onCycleEnd?.(cycle),

    onTrainEnd() {
      optimizer.setLrs(optimizer.baseLrs)
    },

    state: () => ({ ...origin }),
    restore(state) {
      origin = state as typeof origin
      restored = true
    },
  }
}

interface Checked {
  firstLength: number
  byBatch: boolean
  cycleMult: number
  warmup: number
  lrMin: number
}

function checkOptions({ firstLength, byBatch, cycleMult, warmup, lrMin }: Checked): void {
  const complain = (problem: string, expected: string): never => {
    throw new DlError('bad-option', { problem: `cosAnneal's ${problem}`, expected })
  }
  if (byBatch && !(Number.isSafeInteger(firstLength) && firstLength >= 1)) {
    complain(`cycleLen.batches is ${firstLength}`, 'an integer of at least 1')
  }
  if (!(Number.isFinite(firstLength) && firstLength > 0)) {
    complain(`cycleLen is ${firstLength}`, 'a number of epochs above 0, or { batches }')
  }
  if (!(Number.isFinite(cycleMult) && cycleMult >= 1)) {
    complain(`cycleMult is ${cycleMult}`, 'a number of at least 1')
  }
  if (!(warmup >= 0 && warmup < 1)) {
    complain(`warmup is ${warmup}`, 'the part of the first cycle to warm up in, from 0 to below 1')
  }
  if (!(Number.isFinite(lrMin) && lrMin >= 0)) {
    complain(`lrMin is ${lrMin}`, 'a learning rate of at least 0')
  }
}
