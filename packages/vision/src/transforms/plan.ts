/** What was drawn for one picture, as few numbers: colour first, then one resampling, then holes. */
import { DlError, type Generator } from '@dl/core'
import { type Affine, compose, type Frame, IDENTITY } from './affine'
import type { ImageTransform, Rectangle, Tone } from './transform'

export interface Plan {
  /** From a pixel of the result to where it is read in the padded picture. */
  readonly matrix: Affine
  readonly tone: Tone | null
  readonly holes: readonly Hole[]
}

export interface Hole {
  readonly rectangle: Rectangle
  /** From a pixel of the result to the picture the rectangle was drawn in. */
  readonly matrix: Affine
}

/** @param frame the picture, padded */
export function planFor(
  frame: Frame,
  transforms: readonly ImageTransform[],
  random: Generator,
  size: number,
): Plan {
  let matrix = IDENTITY
  let tone: Tone | null = null
  let holes: Hole[] = []
  let now = frame
  for (const transform of transforms) {
    const change = transform.draw(random, now)
    if (change === null) continue
    const { geometry } = change
    if (geometry) {
      matrix = compose(matrix, geometry)
      holes = holes.map(hole => ({ ...hole, matrix: compose(hole.matrix, geometry) }))
    }
    if (change.tone) tone = joined(tone, change.tone)
    for (const rectangle of change.holes ?? []) holes.push({ rectangle, matrix: IDENTITY })
    now = change.frame ?? now
  }
  if (now.width !== size || now.height !== size) {
    throw new DlError('bad-image', {
      problem: `a picture of ${frame.width}×${frame.height} came out of the transforms as ${now.width}×${now.height}`,
      expected: `${size}×${size}`,
      fix: 'End with a crop, or choose another scaling.',
    })
  }
  return { matrix, tone, holes }
}

const joined = (first: Tone | null, { brightness, contrast }: Tone): Tone => ({
  brightness: (first?.brightness ?? 0) + brightness,
  contrast: (first?.contrast ?? 1) * contrast,
})

/** [size, size], 1 where something is seen and 0 in a hole; null where there are none. */
export function seen(holes: readonly Hole[], size: number): Uint8Array | null {
  if (holes.length === 0) return null
  const mask = new Uint8Array(size * size).fill(1)
  for (const { rectangle, matrix } of holes) {
    const [a, b, c, d, e, f] = matrix
    const { x: left, y: top, width, height } = rectangle
    for (let i = 0; i < mask.length; i++) {
      const [x, y] = [i % size, Math.floor(i / size)]
      const [across, down] = [a * x + b * y + c - left + 0.5, d * x + e * y + f - top + 0.5]
      if (across >= 0 && across < width && down >= 0 && down < height) mask[i] = 0
    }
  }
  return mask
}
