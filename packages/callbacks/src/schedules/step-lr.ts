/** Learning rates that fall in steps, as `torch.optim.lr_scheduler.StepLR` and `MultiStepLR`. */
import { checkOptions, showValue } from '@dl/core'
import { badOption } from '../bad-option'
import { checkNumber, checkOptimizer } from '../checks'
import type { Callback, LayerOptimizerLike } from '../protocol'
import { checkSpan } from './clock'
import { stopwatch } from './elapsed'
import { scheduled } from './scheduled'

export interface StepLROptions {
  /** How many epochs a step is long, or batches whatever an epoch holds. */
  stepSize: number | { batches: number }
  /** What the learning rates are multiplied by after each step (default 0.1). */
  gamma?: number
}

export interface MultiStepLROptions {
  /** After how many epochs, or batches, the learning rates fall; in rising order. */
  milestones: readonly number[] | { batches: readonly number[] }
  /** What the learning rates are multiplied by at each (default 0.1). */
  gamma?: number
}

/** Sums of fractions of epochs are not exact; no batch is as short as this. */
const TOLERANCE = 1e-9

/**
 * Multiplies the learning rates of all groups by `gamma` after each `stepSize`. When training ends
 * the base rates are back.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { stepLR } from '@dl/callbacks'
 *
 * const lo = { lr: 0.1, lrs: [0.1], baseLrs: [0.1], setLrs() {} }
 * stepLR(lo, { stepSize: 30 }).name // → stepLR
 * ```
 */
export function stepLR(optimizer: LayerOptimizerLike, options: StepLROptions): Callback {
  const { stepSize, gamma = 0.1 } = checkOptions('stepLR', options, ['stepSize', 'gamma'])
  checkSpan('stepLR', 'stepSize', stepSize)
  const byBatch = typeof stepSize === 'object'
  const size = byBatch ? stepSize.batches : stepSize
  const steps = (elapsed: number): number => Math.floor(elapsed / size + TOLERANCE)
  return falling('stepLR', optimizer, { stepSize, gamma }, byBatch, steps)
}

/**
 * Multiplies the learning rates of all groups by `gamma` at each milestone. When training ends the
 * base rates are back.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { multiStepLR } from '@dl/callbacks'
 *
 * const lo = { lr: 0.1, lrs: [0.1], baseLrs: [0.1], setLrs() {} }
 * multiStepLR(lo, { milestones: [30, 60, 80], gamma: 0.2 }).name // → multiStepLR
 * ```
 */
export function multiStepLR(optimizer: LayerOptimizerLike, options: MultiStepLROptions): Callback {
  const known = ['milestones', 'gamma'] as const
  const { milestones, gamma = 0.1 } = checkOptions('multiStepLR', options, known)
  const byBatch = typeof milestones === 'object' && milestones !== null && 'batches' in milestones
  const list: readonly number[] = byBatch ? milestones.batches : milestones
  checkMilestones(list)
  const passed = (elapsed: number): number =>
    list.filter(milestone => elapsed >= milestone - TOLERANCE).length
  return falling('multiStepLR', optimizer, { milestones, gamma }, byBatch, passed)
}

function falling(
  name: string,
  optimizer: LayerOptimizerLike,
  options: { gamma: number } & (StepLROptions | MultiStepLROptions),
  byBatch: boolean,
  steps: (elapsed: number) => number,
): Callback {
  const { gamma } = options
  checkOptimizer(name, optimizer)
  checkNumber(name, 'gamma', gamma, 'a number above 0', value => value > 0)
  const watch = stopwatch(byBatch)
  return scheduled(optimizer, {
    name,
    order: -10,
    onTrainBegin: watch.begin,
    onBatchBegin(ctx) {
      const factor = gamma ** steps(watch.elapsed(ctx))
      optimizer.setLrs(optimizer.baseLrs.map(base => base * factor))
    },
    onTrainEnd() {
      optimizer.setLrs(optimizer.baseLrs)
    },
    state: () => ({ ...watch.state(), options }),
    restore: watch.restore,
  })
}

function checkMilestones(list: unknown): void {
  const rises = (value: unknown, i: number, all: readonly unknown[]): boolean =>
    typeof value === 'number' &&
    Number.isFinite(value) &&
    value > (i === 0 ? 0 : Number(all[i - 1]))
  if (Array.isArray(list) && list.length > 0 && list.every(rises)) return
  const words = 'numbers of epochs above 0 in rising order, as [30, 60], or { batches: […] }'
  badOption('multiStepLR', `milestones are ${showValue(list)}`, words)
}
