/**
 * Weight decay that follows the schedule (Loshchilov and Hutter, arXiv:1711.05101), fast.ai's
 * `use_wd_sched`: decoupled from the gradient (AdamW, SGDW), as strong over a cycle of 100 batches
 * as over one of 10 000, and smaller where the learning rate is.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import { badOption } from '../bad-option'
import { checkFlag, checkHandler, checkOptimizer } from '../checks'
import type { Callback, LayerOptimizerLike } from '../protocol'
import { type ClockState, type CycleOptions, cycleClock } from './clock'

/** An optimizer whose weight decay can be set; `LayerOptimizer` of @dl/optim is one. */
export interface DecayingOptimizer extends LayerOptimizerLike {
  readonly wds: readonly number[]
  setWds(wds: number | readonly number[]): void
  /** Whether decay acts on the parameters, not through the gradient. */
  readonly decoupled?: boolean
}

export interface WeightDecayScheduleOptions extends CycleOptions {
  /** Whether decay is divided by the root of the number of batches in the cycle (default true). */
  norm?: boolean
  /** A factor for each group (default: its lr now over its base lr; `() => 1` for none). */
  mult?(group: { lr: number; baseLr: number; index: number }): number
}

interface State extends ClockState {
  /** What the optimizer had before, and what it has now. */
  wds: number[]
  inUse: number[]
  options: object
}

/** Weight decay that is as strong over a cycle, however many batches that has. */
export const normalized = (wd: number, batchesInCycle: number): number =>
  wd / Math.sqrt(batchesInCycle)

const lrRatio = ({ lr, baseLr }: { lr: number; baseLr: number }): number =>
  baseLr === 0 ? 0 : lr / baseLr

/**
 * Sets the weight decay of all groups before each batch, from what they had when training began,
 * and gives that back at the end. Give it the `cycleLen` and `cycleMult` of the schedule beside it.
 * The optimizer multiplies decay with the learning rate; in December 2017 fast.ai did not, which is
 * `mult: ({ baseLr }) => 1 / baseLr`.
 *
 * @example
 * ```ts
 * import { cosAnneal, weightDecaySchedule } from '@dl/callbacks'
 * import { Linear } from '@dl/layers'
 * import { adamW, LayerOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adamW, model, 1e-3, 0.025)
 * const cycles = { cycleLen: 2, cycleMult: 2 }
 * const callbacks = [cosAnneal(lo, cycles), weightDecaySchedule(lo, cycles)]
 * callbacks.map(c => c.order).join() // → -10,-9
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function weightDecaySchedule(
  optimizer: DecayingOptimizer,
  options: WeightDecayScheduleOptions = {},
): Callback {
  const known = ['cycleLen', 'cycleMult', 'norm', 'mult'] as const
  const checked = checkOptions('weightDecaySchedule', options, known)
  const { norm = true, mult = lrRatio, cycleMult = 1, cycleLen } = checked
  const cycles = { ...(cycleLen !== undefined && { cycleLen }), cycleMult }
  checkOptimizer('weightDecaySchedule', optimizer)
  if (!Array.isArray(optimizer.wds) || typeof optimizer.setWds !== 'function') {
    const problem = `optimizer is ${showValue(optimizer)}, without wds and setWds`
    badOption('weightDecaySchedule', problem, 'a LayerOptimizer')
  }
  checkFlag('weightDecaySchedule', 'norm', norm)
  checkHandler('weightDecaySchedule', 'mult', mult)
  const clock = cycleClock('weightDecaySchedule', cycles)
  if (optimizer.decoupled === false) {
    badOption(
      'weightDecaySchedule',
      'optimizer adds weight decay to the gradient',
      'decoupled weight decay',
      'Use adamW, or give the LayerOptimizer { decoupled: true }.',
    )
  }
  let base: readonly number[] | null = null
  return {
    name: 'weightDecaySchedule',
    // after the schedule of the learning rate
    order: -9,

    onTrainBegin(ctx) {
      clock.begin(ctx)
      base ??= [...optimizer.wds]
      if (base.every(wd => wd === 0)) {
        throw new DlError('bad-option', {
          problem: 'weightDecaySchedule has nothing to schedule: all weight decays are 0',
          expected: 'one above 0',
          fix: 'Give the LayerOptimizer its fourth argument, wds.',
        })
      }
    },
    onBatchBegin(ctx) {
      const { batches } = clock.place(ctx)
      const { lrs, baseLrs } = optimizer
      const wds = (base ?? []).map((wd, index) => {
        const factor = mult({ lr: lrs[index]!, baseLr: baseLrs[index]!, index })
        return factor * (norm ? normalized(wd, batches) : wd)
      })
      optimizer.setWds(wds)
    },
    onTrainEnd() {
      if (base) optimizer.setWds(base)
      base = null
    },

    state: (): State => ({
      ...clock.state(),
      wds: [...(base ?? optimizer.wds)],
      inUse: [...optimizer.wds],
      options: { ...cycles, norm },
    }),
    restore(state) {
      const { wds, inUse } = state as State
      clock.restore(state as State)
      // a program that resumes with other decays has them in the optimizer
      base = String(inUse) === String(optimizer.wds) ? wds : [...optimizer.wds]
    },
  }
}
