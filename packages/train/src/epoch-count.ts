import { DlError } from '@dl/core'

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
export function epochCount(
  cycles: number,
  { cycleLen = 1, cycleMult = 1 }: CycleOptions = {},
): number {
  const valid = Number.isInteger(cycles) && cycles >= 0 && cycleLen > 0 && cycleMult >= 1
  if (!valid) {
    throw new DlError('bad-option', {
      problem: `${cycles} cycles of length ${cycleLen} growing by ${cycleMult}`,
      expected: 'a whole number of cycles, a length above 0 and a growth of at least 1',
    })
  }
  let epochs = 0
  for (let cycle = 0; cycle < cycles; cycle++) epochs += cycleLen * cycleMult ** cycle
  return Math.max(0, Math.ceil(epochs - 1e-9))
}
