/** Lines of equal loss by marching squares (Lorensen and Cline, 1987, in two dimensions). */
import type { Surface } from './surfaces'

export type Segment = readonly [readonly [number, number], readonly [number, number]]

/** Cells along each axis. */
const CELLS = 90

/** For each level, the pieces of its line inside the window. */
export function contours(
  { loss, window: [[left, right], [bottom, top]] }: Surface,
  levels: readonly number[],
): Segment[][] {
  const x = (i: number) => left + ((right - left) * i) / CELLS
  const y = (j: number) => bottom + ((top - bottom) * j) / CELLS
  const range = Array.from({ length: CELLS + 1 }, (_, i) => i)
  const heights = range.map(j => range.map(i => loss([x(i), y(j)])))

  const inCell = (i: number, j: number, level: number): Segment[] => {
    const corners = [
      [i, j],
      [i + 1, j],
      [i + 1, j + 1],
      [i, j + 1],
    ] as const
    const crossings = corners.flatMap(([ai, aj], k) => {
      const [bi, bj] = corners[(k + 1) % 4]!
      const [a, b] = [heights[aj]![ai]! - level, heights[bj]![bi]! - level]
      if (a < 0 === b < 0) return []
      const part = a / (a - b)
      return [[x(ai + (bi - ai) * part), y(aj + (bj - aj) * part)] as const]
    })
    // a line enters and leaves; at a saddle two do
    return crossings.length === 4
      ? [
          [crossings[0]!, crossings[1]!],
          [crossings[2]!, crossings[3]!],
        ]
      : crossings.length === 2
        ? [[crossings[0]!, crossings[1]!]]
        : []
  }
  const cells = range.slice(0, CELLS)
  return levels.map(level => cells.flatMap(j => cells.flatMap(i => inCell(i, j, level))))
}

/** Levels whose lines get closer towards the minimum: even steps of the fourth root of the loss. */
export function levelsOf({ loss, start }: Surface, count = 12): number[] {
  const highest = 2.5 * loss(start)
  return Array.from({ length: count }, (_, i) => highest * ((i + 1) / count) ** 4)
}
