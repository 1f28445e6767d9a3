import { checkOptions, DlError, showValue } from '@dl/core'

/** How many epochs `cycles` cycles take, and where each ends. */
export interface CycleOptions {
  /** Epochs of the first cycle (default 1). */
  cycleLen?: number
  /** Each cycle is this many times as long as the one before (default 1). */
  cycleMult?: number
}

/**
 * The epochs of `cycles` cycles: a + a·r + a·r² + …, rounded up.
 *
 * @example
 * ```ts
 * import { epochCount } from '@dl/train'
 *
 * epochCount(3, { cycleLen: 1, cycleMult: 2 }) // → 7
 * epochCount(8, { cycleLen: 4 }) // → 32
 * ```
 */
export function epochCount(cycles: number, options: CycleOptions = {}): number {
  const names = ['cycleLen', 'cycleMult'] as const
  const { cycleLen = 1, cycleMult = 1 } = checkOptions('epochCount', options, names)
  const valid =
    Number.isInteger(cycles) &&
    cycles >= 0 &&
    Number.isFinite(cycleLen) &&
    cycleLen > 0 &&
    Number.isFinite(cycleMult) &&
    cycleMult >= 1
  if (!valid) {
    throw new DlError('bad-option', {
      problem: `${showValue(cycles)} cycles of length ${showValue(cycleLen)} growing by ${showValue(cycleMult)}`,
      expected: 'a whole number of cycles, a length above 0 and a growth of at least 1',
    })
  }
  let epochs = 0
  for (let cycle = 0; cycle < cycles; cycle++) epochs += cycleLen * cycleMult ** cycle
  return Math.max(0, Math.ceil(epochs - 1e-9))
}
