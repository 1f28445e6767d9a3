/** Tables that say where a plan reads a picture, its padding and what lies beyond. */
import type { Affine, Frame } from './affine'
import { OUTSIDE, placesRead, type Surroundings } from './border'

/** A picture as the plans see it: scaled, with surroundings that are never made. */
export interface Canvas extends Frame {
  readonly channels: number
  /** [height, width, channels], 0 to 255. */
  readonly data: Uint8Array | Float32Array
}

/**
 * For a matrix that is a grid: pixel (x, y) of the result is pixel across[x] + down[y] of the
 * picture, or black where that is negative.
 */
export interface GridTables {
  readonly across: Int32Array
  readonly down: Int32Array
}

export function gridTables(
  [a, b, c, d, e, f]: Affine,
  { width, height }: Frame,
  around: Surroundings,
  size: number,
): GridTables {
  const line = (step: number, start: number, length: number, stride: number): Int32Array => {
    const end = start + step * (size - 1)
    const places = strided(
      placesRead(length, around, Math.min(start, end), Math.max(start, end)),
      stride,
    )
    return step > 0 ? places : places.reverse()
  }
  const lying = a === 0
  return {
    across: lying ? line(d, f, height, width) : line(a, c, width, 1),
    down: lying ? line(b, c, width, 1) : line(e, f, height, width),
  }
}

/** The padded places `from …` of one axis, as pixels of the picture. */
export interface Reach {
  readonly from: number
  readonly places: Int32Array
}

/** All places that bilinear reading under these matrices can ask for. */
export function reaches(
  matrices: readonly Affine[],
  { width, height }: Frame,
  around: Surroundings,
  size: number,
  margin = 0,
): { across: Reach; down: Reach } {
  const reach = (rows: readonly (readonly number[])[], length: number, stride: number): Reach => {
    const last = size - 1
    const corners = rows.flatMap(([p, q, r]) =>
      [0, last].flatMap(y => [0, last].map(x => p! * x + q! * y + r!)),
    )
    const from = Math.floor(Math.min(...corners)) - margin
    const to = Math.floor(Math.max(...corners)) + 1 + margin
    return { from, places: strided(placesRead(length, around, from, to), stride) }
  }
  return {
    across: reach(
      matrices.map(matrix => matrix.slice(0, 3)),
      width,
      1,
    ),
    down: reach(
      matrices.map(matrix => matrix.slice(3)),
      height,
      width,
    ),
  }
}

function strided(places: Int32Array, stride: number): Int32Array {
  return places.map(place => (place < 0 ? OUTSIDE : place * stride))
}
