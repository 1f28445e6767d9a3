/**
 * SGDR (Loshchilov and Hutter, arXiv:1608.03983): the learning rate falls along half a cosine and
 * jumps back, in cycles that may grow. Two differences to fast.ai's CosAnneal: position is counted
 * in exact epochs, and a cycle ends after its last batch, not one before it.
 */
import { checkOptions } from '@dl/core'
import { checkNumber } from '../checks'
import type { Callback, LayerOptimizerLike } from '../protocol'
import { cosine } from './cosine'
import { type CyclicOptions, cyclic } from './cyclic'

export interface CosAnnealOptions extends CyclicOptions {
  /** The first cycle's length in epochs (default 1), or in batches whatever an epoch holds. */
  cycleLen?: number | { batches: number }
  /** This part of the first cycle runs at a hundredth of the lr (default 0; fast.ai has 0.05). */
  warmup?: number
  /** What the cosine falls towards (default 0). */
  lrMin?: number
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
export function cosAnneal(optimizer: LayerOptimizerLike, options: CosAnnealOptions = {}): Callback {
  const known = ['cycleLen', 'cycleMult', 'warmup', 'lrMin', 'onCycleEnd'] as const
  const checked = checkOptions('cosAnneal', options, known)
  const { cycleLen = 1, warmup = 0, lrMin = 0, ...cycles } = checked
  const part = 'the part of the first cycle to warm up in, from 0 to below 1'
  checkNumber('cosAnneal', 'warmup', warmup, part, value => value >= 0 && value < 1)
  checkNumber('cosAnneal', 'lrMin', lrMin, 'a learning rate of at least 0', value => value >= 0)
  const lr = (base: number, { cycle, position }: { cycle: number; position: number }): number =>
    // the cosine's clock runs during the warm-up, as in the original
    cycle === 0 && position < warmup - 1e-9
      ? base * WARMUP_FACTOR
      : cosine(base, Math.min(lrMin, base))(position)
  return cyclic('cosAnneal', optimizer, { lr }, { ...cycles, cycleLen, shape: { warmup, lrMin } })
}
