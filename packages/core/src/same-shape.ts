/**
 * Whether two shapes are alike.
 *
 * @example
 * ```ts
 * import { sameShape } from '@dl/core'
 *
 * sameShape([2, 3], [2, 3]) // → true
 * sameShape([2, 3], [3, 2]) // → false
 * ```
 */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, i) => size === b[i])
