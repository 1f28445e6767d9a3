import { DlError } from '@dl/core'

/**
 * `count` learning rates from `low` to `high`, each the same multiple of the one before.
 *
 * @example
 * ```ts
 * import { spread } from '@dl/optim'
 *
 * spread(1e-4, 1e-2, 3) // → 0.0001,0.001,0.01
 * ```
 */
export function spread(low: number, high: number, count: number): number[] {
  if (!(low > 0 && high > 0 && Number.isFinite(high / low))) {
    throw new DlError('bad-option', {
      problem: `spread got ${low} and ${high}`,
      expected: 'two finite numbers above 0',
    })
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new DlError('bad-option', {
      problem: `spread got a count of ${count}`,
      expected: 'an integer of at least 1',
    })
  }
  // the last is exact, and the only one if there is but one
  return Array.from({ length: count }, (_, i) =>
    i === count - 1 ? high : low * (high / low) ** (i / (count - 1)),
  )
}
