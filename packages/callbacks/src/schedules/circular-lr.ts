/**
 * Slanted triangles (Howard and Ruder, arXiv:1801.06146), fast.ai's `use_clr`: a short rise, a long
 * fall, over and over. Momentum moves with the learning rate, not one batch ahead as it did there.
 */
import { checkOptions } from '@dl/core'
import { checkNumber } from '../checks'
import type { Callback, LayerOptimizerLike } from '../protocol'
import type { Place } from './clock'
import { type CyclicOptions, cyclic } from './cyclic'
import { checkMomentums, type Momentums, momentumAt } from './momentums'
import { slanted, triangle } from './triangle'

export interface CircularLROptions extends CyclicOptions {
  /** The first cycle's length in epochs (default 1), or in batches whatever an epoch holds. */
  cycleLen?: number | { batches: number }
  /** A cycle starts and ends at the base lr divided by this (default 4). */
  div?: number
  /** The rise takes one part in so many of the cycle (default 8). */
  cutDiv?: number
  /** Momentum at the lowest and at the highest lr (default: it stays). */
  momentums?: Momentums
}

/**
 * Takes the learning rates of all groups from a part of their base up to it and down again, cycle
 * after cycle, and raises `onCycleEnd` after each. When training ends the base rates are back.
 *
 * @example
 * ```ts
 * import { circularLR } from '@dl/callbacks'
 * import { Linear } from '@dl/layers'
 * import { LayerOptimizer, sgd } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, 0.1)
 * const schedule = circularLR(lo, { cycleLen: 2, div: 20, cutDiv: 10, momentums: [0.95, 0.85] })
 * schedule.name // → circularLR
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function circularLR(
  optimizer: LayerOptimizerLike,
  options: CircularLROptions = {},
): Callback {
  const known = ['cycleLen', 'cycleMult', 'div', 'cutDiv', 'momentums', 'onCycleEnd'] as const
  const checked = checkOptions('circularLR', options, known)
  const { cycleLen = 1, div = 4, cutDiv = 8, momentums, ...cycles } = checked
  checkNumber('circularLR', 'div', div, 'a number of at least 1', value => value >= 1)
  checkNumber('circularLR', 'cutDiv', cutDiv, 'a number of at least 1', value => value >= 1)
  if (momentums !== undefined) checkMomentums('circularLR', momentums)

  const rise = ({ turn, position }: Place): number => triangle(turn(1 / cutDiv))(position)
  return cyclic(
    'circularLR',
    optimizer,
    {
      lr: (base, place) => base * slanted(div, rise(place)),
      ...(momentums && { momentum: place => momentumAt(momentums, rise(place)) }),
    },
    { ...cycles, cycleLen, shape: { div, cutDiv, momentums } },
  )
}
