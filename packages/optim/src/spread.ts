import { DlError, showValue } from '@dl/core'
import { ABOVE_0 } from './checks'

/**
 * `count` learning rates from `low` to `high`, each the same multiple of the one before.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { spread } from '@dl/optim'
 *
 * spread(1e-4, 1e-2, 3) // → 0.0001,0.001,0.01
 * ```
 */
export function spread(low: number, high: number, count: number): number[] {
  if (![low, high].every(ABOVE_0.has) || !ABOVE_0.has(high / low)) {
    throw new DlError('bad-option', {
      problem: `spread got ${showValue(low)} and ${showValue(high)}`,
      expected: 'two finite numbers above 0',
    })
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new DlError('bad-option', {
      problem: `spread got a count of ${showValue(count)}`,
      expected: 'an integer of at least 1',
    })
  }
  // the last is exact, and the only one if there is but one
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? high : low * (high / low) ** (i / (count - 1)),
  )
}
