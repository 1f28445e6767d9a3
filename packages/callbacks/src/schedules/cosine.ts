/**
 * Half a cosine from one value to another, as a function of position 0 … 1.
 *
 * @example
 * ```ts
 * import { cosine } from '@dl/callbacks'
 *
 * const lr = cosine(1, 0)
 * lr(0) // → 1
 * lr(0.5).toFixed(3) // → 0.500
 * lr(1) // → 0
 * ```
 */
export const cosine =
  (from: number, to: number) =>
  (position: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * position))
