/**
 * Geometry is said backwards: for each pixel of the result, where it is read. Pixel centres have
 * integer coordinates, x to the right and y downwards.
 */

/** x' = a·x + b·y + c and y' = d·x + e·y + f, as [a, b, c, d, e, f]. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** Width and height in pixels. */
export interface Frame {
  readonly width: number
  readonly height: number
}

export const IDENTITY: Affine = [1, 0, 0, 0, 1, 0]

export const translation = (x: number, y: number): Affine => [1, 0, x, 0, 1, y]

/** The turn, flip or zoom [a, b, d, e] that reads the centre of `from` for the centre of `to`. */
export function aboutCentres(
  [a, b, d, e]: readonly [a: number, b: number, d: number, e: number],
  from: Frame,
  to: Frame = from,
): Affine {
  const [x, y] = [(to.width - 1) / 2, (to.height - 1) / 2]
  return [a, b, (from.width - 1) / 2 - a * x - b * y, d, e, (from.height - 1) / 2 - d * x - e * y]
}

/** First `inner`, then `outer`. */
export const compose = (outer: Affine, inner: Affine): Affine => {
  const [a, b, c, d, e, f] = outer
  const [p, q, r, s, t, u] = inner
  return [
    a * p + b * s,
    a * q + b * t,
    a * r + b * u + c,
    d * p + e * s,
    d * q + e * t,
    d * r + e * u + f,
  ]
}

/** Whether it only moves, flips and turns by quarters, so that each pixel is read from one pixel. */
export function isGrid([a, b, c, d, e, f]: Affine): boolean {
  const upright = Math.abs(a) === 1 && b === 0 && d === 0 && Math.abs(e) === 1
  const lying = a === 0 && Math.abs(b) === 1 && Math.abs(d) === 1 && e === 0
  return (upright || lying) && Number.isInteger(c) && Number.isInteger(f)
}
