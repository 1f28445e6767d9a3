/** Smooth enlarging of maps and pictures on the host, as Pillow does it (BICUBIC, a = -0.5). */

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

/** The values that the i-th of `to` lies between, and their shares; at the edge there are fewer. */
function taps(i: number, from: number, to: number): { first: number; shares: number[] } {
  const scale = Math.max(1, from / to) // a smaller result blurs first
  const centre = ((i + 0.5) * from) / to
  const first = Math.max(0, Math.floor(centre - 2 * scale + 0.5))
  const end = Math.min(from, Math.floor(centre + 2 * scale + 0.5))
  const shares = Array.from({ length: end - first }, (_, k) =>
    cubic((first + k + 0.5 - centre) / scale),
  )
  const total = shares.reduce((sum, share) => sum + share, 0)
  return { first, shares: shares.map(share => share / total) }
}

/** @returns [height, width, channels]; beside steep edges values go a little beyond those given */
export function resizeSmooth(image: Raster, width: number, height: number): Float32Array {
  const { channels, data } = image
  const narrowed = along(data, [image.height, image.width, channels], width)
  return along(narrowed, [1, image.height, width * channels], height)
}

/** The middle one of three axes at another length. */
function along(
  data: ArrayLike<number>,
  [outer, from, inner]: readonly [number, number, number],
  to: number,
): Float32Array {
  const out = new Float32Array(outer * to * inner)
  for (let i = 0; i < to; i++) {
    const { first, shares } = taps(i, from, to)
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
