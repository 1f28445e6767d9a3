/** Smooth enlarging of maps and pictures on the host, as Pillow does it (BICUBIC, a = -0.5). */

import type { Rectangle } from '../transforms/transform'

/** Rows of pixels of any number of channels. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly channels: number
  /** [height, width, channels] */
  readonly data: ArrayLike<number>
}

/** Catmull and Rom's: it passes through the values it is given. */
function cubic(distance: number): number {
  const x = Math.abs(distance)
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
}

/** Where the picture begins in the result along one axis, and how long it is there. */
interface Span {
  readonly start: number
  readonly length: number
}

/**
 * The values that the i-th of the result lies between, and their shares; at the edge there are
 * fewer, and beyond it none.
 */
function taps(
  i: number,
  from: number,
  { start, length }: Span,
): { first: number; shares: number[] } {
  const scale = Math.max(1, from / length) // a smaller result blurs first
  const centre = ((i + 0.5 - start) * from) / length
  if (centre < 0 || centre > from) return { first: 0, shares: [] }
  const first = Math.max(0, Math.floor(centre - 2 * scale + 0.5))
  const end = Math.min(from, Math.floor(centre + 2 * scale + 0.5))
  const shares = Array.from({ length: end - first }, (_, k) =>
    cubic((first + k + 0.5 - centre) / scale),
  )
  const total = shares.reduce((sum, share) => sum + share, 0)
  return { first, shares: shares.map(share => share / total) }
}

/**
 * @param place where the picture lies in the result, in its pixels (default: it fills it); around it
 *   are zeros
 * @returns [height, width, channels]; beside steep edges values go a little beyond those given
 */
export function resizeSmooth(
  image: Raster,
  width: number,
  height: number,
  place: Rectangle = { x: 0, y: 0, width, height },
): Float32Array {
  const { channels, data } = image
  const [across, down] = [
    { start: place.x, length: place.width },
    { start: place.y, length: place.height },
  ]
  const narrowed = along(data, [image.height, image.width, channels], width, across)
  return along(narrowed, [1, image.height, width * channels], height, down)
}

/** The middle one of three axes at another length. */
function along(
  data: ArrayLike<number>,
  [outer, from, inner]: readonly [number, number, number],
  to: number,
  span: Span,
): Float32Array {
  const out = new Float32Array(outer * to * inner)
  for (let i = 0; i < to; i++) {
    const { first, shares } = taps(i, from, span)
    for (let o = 0; o < outer; o++) {
      const target = (o * to + i) * inner
      for (let k = 0; k < shares.length; k++) {
        const source = (o * from + first + k) * inner
        for (let j = 0; j < inner; j++) out[target + j]! += shares[k]! * data[source + j]!
      }
    }
  }
  return out
}
