/**
 * 1cycle (Smith, arXiv:1803.09820), fast.ai's `use_clr_beta`: one rise, one fall, and a tail far
 * below where it began, while momentum goes the other way.
 */
import { checkOptions } from '@dl/core'
import { checkNumber, checkOptimizer } from '../checks'
import type { Callback, LayerOptimizerLike } from '../protocol'
import type { Place } from './clock'
import { type CyclicOptions, cyclic } from './cyclic'
import { checkMomentums, type Momentums, momentumAt } from './momentums'
import { slanted, triangle } from './triangle'

export interface OneCycleOptions extends CyclicOptions {
  /** The cycle's length in epochs, or in batches whatever an epoch holds (default: the whole run). */
  cycleLen?: number | { batches: number }
  /** The cycle starts at the base lr divided by this (default 10). */
  div?: number
  /** How many percent of the cycle are the tail (default 10). */
  pct?: number
  /**
   * Momentum at the lowest and at the highest lr; `false` leaves it alone (default [0.95, 0.85],
   * where the optimizer has momentum).
   */
  momentums?: Momentums | false
}

/** The tail ends at the starting lr divided by this. */
const FINAL_DIV = 100

/** How far the lr has risen, 0 … 1, where the fall ends at `end`; in the tail it is 0. */
export const oneCycleRise = (position: number, end: number): number =>
  position >= end ? 0 : triangle(0.5)(position / end)

/** The factor on the base lr. */
export function oneCycleFactor(position: number, end: number, div: number): number {
  if (position < end) return slanted(div, oneCycleRise(position, end))
  const tail = (position - end) / (1 - end)
  return (1 - (1 - 1 / FINAL_DIV) * tail) / div
}

/**
 * Takes the learning rates of all groups up to their base and down to a thousandth of it over the
 * run, and momentum down and up. When training ends the optimizer has back what it had.
 *
 * @example
 * ```ts
 * import { oneCycle } from '@dl/callbacks'
 * import { Linear } from '@dl/layers'
 * import { adam, LayerOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adam, model, 0.01)
 * oneCycle(lo).name // → oneCycle
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function oneCycle(optimizer: LayerOptimizerLike, options: OneCycleOptions = {}): Callback {
  const known = ['cycleLen', 'cycleMult', 'div', 'pct', 'momentums', 'onCycleEnd'] as const
  const checked = checkOptions('oneCycle', options, known)
  const { div = 10, pct = 10, momentums, ...cycles } = checked
  checkOptimizer('oneCycle', optimizer)
  checkNumber('oneCycle', 'div', div, 'a number of at least 1', value => value >= 1)
  const percent = 'percent of the cycle, from 0 to below 100'
  checkNumber('oneCycle', 'pct', pct, percent, value => value >= 0 && value < 100)
  const range = momentums ?? ((optimizer.mom ?? 0) > 0 && optimizer.setMom ? USUAL : false)
  if (range !== false) checkMomentums('oneCycle', range)

  const end = ({ turn }: Place): number => 2 * turn((1 - pct / 100) / 2)
  return cyclic(
    'oneCycle',
    optimizer,
    {
      lr: (base, place) => base * oneCycleFactor(place.position, end(place), div),
      ...(range && {
        momentum: place => momentumAt(range, oneCycleRise(place.position, end(place))),
      }),
    },
    { ...cycles, shape: { div, pct, momentums: range } },
  )
}

const USUAL: Momentums = [0.95, 0.85]
