/**
 * Lower learning rates when nothing gets better any more, by the rules of
 * `torch.optim.lr_scheduler.ReduceLROnPlateau`.
 */
import { checkOptions, showValue } from '@dl/core'
import { badOption } from '../bad-option'
import { checkChoice, checkCount, checkNumber, checkOptimizer } from '../checks'
import { type MonitorOptions, monitored } from '../monitor'
import type { Callback, LayerOptimizerLike } from '../protocol'
import { scheduled } from './scheduled'

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rates are multiplied by (default 0.1). */
  factor?: number
  /** How many epochs in a row may bring nothing before they fall at the next (default 10). */
  patience?: number
  /** How much better counts as better (default 1e-4). */
  threshold?: number
  /** Whether the threshold is a part of the best so far (`rel`, default) or a difference (`abs`). */
  thresholdMode?: 'rel' | 'abs'
  /** After a fall, how many epochs are not judged (default 0). */
  cooldown?: number
  /** What the learning rates do not fall below: one, or one for each group (default 0). */
  minLr?: number | readonly number[]
}

interface State {
  best: number | null
  /** Epochs in a row without an improvement. */
  bad: number
  /** Epochs not to be judged. */
  cooling: number
  /** What each group's base learning rate is multiplied by. */
  scales: number[]
}

interface Stored extends State {
  options: ReduceLROnPlateauOptions
}

/** A fall by less is none. */
const LEAST_FALL = 1e-8

/**
 * Multiplies the learning rates of all groups by `factor` when the monitored quantity has not
 * improved for more than `patience` epochs. A quantity that is NaN is no improvement. When training
 * ends the base rates are back.
 *
 * @throws DlError `bad-option`; in the run `unknown-metric`
 *
 * @example
 * ```ts
 * import { reduceLROnPlateau } from '@dl/callbacks'
 * import { Linear } from '@dl/layers'
 * import { adam, LayerOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adam, model, 1e-3)
 * const schedule = reduceLROnPlateau(lo, { factor: 0.5, patience: 2, minLr: 1e-6 })
 * schedule.name // → reduceLROnPlateau
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function reduceLROnPlateau(
  optimizer: LayerOptimizerLike,
  options: ReduceLROnPlateauOptions = {},
): Callback {
  const { better, minLrs, monitor, asked } = checked(optimizer, options)
  const { factor, patience, cooldown } = asked
  const fresh = (): State => ({
    best: null,
    bad: 0,
    cooling: 0,
    scales: optimizer.baseLrs.map(() => 1),
  })
  let state = fresh()
  let restored = false

  const reduce = (): void => {
    const { baseLrs } = optimizer
    state.scales = state.scales.map((scale, i) => {
      const lr = baseLrs[i]! * scale
      const next = Math.max(lr * factor, minLrs[i]!)
      return lr - next > LEAST_FALL ? next / baseLrs[i]! : scale
    })
  }

  return scheduled(optimizer, {
    name: 'reduceLROnPlateau',
    order: -10,
    onTrainBegin() {
      if (!restored) state = fresh()
      restored = false
    },
    onBatchBegin() {
      optimizer.setLrs(optimizer.baseLrs.map((base, i) => base * state.scales[i]!))
    },
    onEpochEnd(ctx) {
      const value = monitor.read(ctx)
      if (better(value, state.best)) {
        state.best = value
        state.bad = 0
      } else state.bad++
      if (state.cooling > 0) {
        state.cooling--
        state.bad = 0
      }
      if (state.bad <= patience) return
      reduce()
      state.cooling = cooldown
      state.bad = 0
    },
    onTrainEnd() {
      optimizer.setLrs(optimizer.baseLrs)
    },
    state: (): Stored => ({ ...structuredClone(state), options: asked }),
    restore(saved) {
      const { options: before, ...stored } = structuredClone(saved as Stored)
      // the best of another quantity is none of this one
      state = monitor.isOf(before) ? stored : { ...stored, best: null, bad: 0 }
      restored = true
    },
  })
}

const OWNER = 'reduceLROnPlateau'

function checked(optimizer: LayerOptimizerLike, options: ReduceLROnPlateauOptions) {
  const {
    factor = 0.1,
    patience = 10,
    cooldown = 0,
    ...more
  } = checkOptions(OWNER, options, [
    'monitor',
    'mode',
    'factor',
    'patience',
    'threshold',
    'thresholdMode',
    'cooldown',
    'minLr',
  ])
  const { threshold = 1e-4, thresholdMode = 'rel', minLr = 0 } = more
  checkOptimizer(OWNER, optimizer)
  const monitor = monitored(OWNER, options)
  const part = 'a number between 0 and 1'
  checkNumber(OWNER, 'factor', factor, part, value => value > 0 && value < 1)
  checkCount(OWNER, 'patience', patience, 0)
  checkCount(OWNER, 'cooldown', cooldown, 0)
  checkNumber(OWNER, 'threshold', threshold, 'a number of at least 0', value => value >= 0)
  checkChoice(OWNER, 'thresholdMode', thresholdMode, ['rel', 'abs'])

  const sign = monitor.mode === 'min' ? -1 : 1
  const better = (value: number, best: number | null): boolean => {
    if (best === null) return sign * value > Number.NEGATIVE_INFINITY
    const bar = thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold
    return sign * value > sign * bar
  }
  const asked = {
    ...monitor.options,
    ...{ factor, patience, threshold, thresholdMode, cooldown, minLr },
  }
  return { asked, better, monitor, minLrs: minLrsOf(optimizer, minLr) }
}

function minLrsOf({ lrs }: LayerOptimizerLike, minLr: number | readonly number[]) {
  const list = typeof minLr === 'number' ? lrs.map(() => minLr) : minLr
  const isLr = (lr: unknown) => typeof lr === 'number' && Number.isFinite(lr) && lr >= 0
  if (Array.isArray(list) && list.length === lrs.length && list.every(isLr)) return list
  const words = `a learning rate of at least 0, or one for each of ${lrs.length} groups`
  return badOption(OWNER, `minLr is ${showValue(minLr)}`, words)
}
