/** Sizes of two axes, rows first, where one number stands for both. */
import { DlError, showValue } from '@dl/core'

/** One number for rows and columns, or one for each. */
export type Pair = number | readonly [rows: number, columns: number]

/** Both numbers, integers of at least `least`. */
export function pairOf(layer: string, name: string, value: Pair, least = 1): [number, number] {
  const [rows, columns, ...more] = Array.isArray(value) ? value : [value, value]
  const fine = (size?: number) => Number.isInteger(size) && size! >= least
  if (fine(rows) && fine(columns) && more.length === 0) return [rows!, columns!]
  throw new DlError('bad-option', {
    problem: `${layer} got ${name} ${showValue(value)}`,
    expected: `an integer of at least ${least}, or two: [rows, columns]`,
  })
}

/** As the tree shows it: one number where both are the same. */
export const showPair = (value: Pair): string => {
  const [rows, columns] = typeof value === 'number' ? [value, value] : value
  return rows === columns ? String(rows) : `[${rows}, ${columns}]`
}

export type Around = [[0, 0], [number, number], [number, number], [0, 0]]

/**
 * The padding of maps [N, H, W, C], as tfjs wants it: a single number pads as if rows were columns.
 * What comes second is added below and on the right.
 */
export const around = (
  [rows, columns]: readonly [number, number],
  [below, right]: readonly [number, number] = [0, 0],
): Around => [
  [0, 0],
  [rows, rows + below],
  [columns, columns + right],
  [0, 0],
]
