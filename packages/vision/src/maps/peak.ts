import { checkMap, type MapRows } from '../pictures/map-rows'

/** A place in a picture, as parts of its width and height. */
export interface Peak {
  readonly x: number
  readonly y: number
}

/**
 * The middle of a map's highest cell, the first of several; the middle of a map that is flat.
 *
 * @throws DlError `bad-map`
 *
 * @example
 * ```ts
 * import { peakOf } from '@dl/vision'
 *
 * const { x, y } = peakOf([
 *   [0, 0.2, 0, 0],
 *   [0, 1, 0.5, 0],
 * ])
 * ;[x, y] // → 0.375,0.75
 * ```
 */
export function peakOf(map: MapRows): Peak {
  checkMap(map)
  const values = map.flat()
  const highest = values.reduce((a, b) => Math.max(a, b))
  if (values.every(value => value === highest)) return { x: 0.5, y: 0.5 }
  const width = map[0]!.length
  const cell = values.indexOf(highest)
  return { x: ((cell % width) + 0.5) / width, y: (Math.floor(cell / width) + 0.5) / map.length }
}
