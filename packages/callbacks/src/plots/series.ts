/** What charts draw, checked, and thinned to what can be seen. */
import { DlError } from '@dl/core'

/** A line of numbers. */
export interface Series {
  /** For the legend. */
  label: string
  y: ArrayLike<number>
  /** As many as `y`, rising; default 1, 2, 3, … */
  x?: ArrayLike<number>
  /** `line` (default); `faint`, thin and pale behind the others; `points`, joined dots. */
  style?: 'line' | 'faint' | 'points'
  /** Index into the palette; default: the number of the series. */
  color?: number
}

/** A vertical line at `x`. */
export interface Mark {
  x: number
  label?: string
}

export type Point = readonly [x: number, y: number]

/** The points of a series; a NaN or infinite y stays in as a gap. */
export function pointsOf({ label, x, y }: Series): Point[] {
  if (x !== undefined && x.length !== y.length) {
    throw new DlError('bad-series', {
      problem: `series "${label}" has ${x.length} x and ${y.length} y`,
      expected: 'as many of one as of the other',
    })
  }
  return Array.from(y, (value, i) => [x?.[i] ?? i + 1, value] as const)
}

/**
 * At most about 4 × `buckets` points that look the same when drawn in `buckets` pixel columns: of
 * each column the first, lowest, highest and last.
 */
export function thin(points: readonly Point[], buckets: number): readonly Point[] {
  if (points.length <= buckets * 4) return points
  const kept: Point[] = []
  for (let b = 0; b < buckets; b++) {
    const from = Math.floor((b * points.length) / buckets)
    const to = Math.floor(((b + 1) * points.length) / buckets)
    let low = from
    let high = from
    for (let i = from; i < to; i++) {
      // a gap wins over everything: it must not be bridged
      if (!Number.isFinite(points[i]![1])) low = high = i
      if (points[i]![1] < points[low]![1]) low = i
      if (points[i]![1] > points[high]![1]) high = i
    }
    const chosen = [...new Set([from, low, high, to - 1])].sort((p, q) => p - q)
    for (const i of chosen) kept.push(points[i]!)
  }
  return kept
}

/** The range of the finite numbers, or of their middle part where `trim` > 0 cuts both ends. */
export function extent(values: readonly number[], trim = 0): [number, number] | null {
  const finite = values.filter(Number.isFinite).sort((a, b) => a - b)
  if (finite.length === 0) return null
  const skip = Math.floor(finite.length * trim)
  return [finite[skip]!, finite[finite.length - 1 - skip]!]
}
