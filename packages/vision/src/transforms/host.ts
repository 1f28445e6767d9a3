/** Makes the pixels of one picture after the other, in JavaScript. */
import { type Tensor4D, tensor4d } from '@tensorflow/tfjs-core'
import { type Affine, isGrid } from './affine'
import type { Surroundings } from './border'
import type { ChannelStats } from './image-transforms'
import { normaliser } from './normaliser'
import { type Plan, seen } from './plan'
import { type Canvas, gridTables, reaches } from './reading'

/** A picture and what becomes of it. */
export interface Planned {
  readonly canvas: Canvas
  readonly plan: Plan
}

/** [pictures, size, size, channels], normalised. */
export function onHost(
  count: number,
  planned: (index: number) => Planned,
  stats: ChannelStats,
  around: Surroundings,
  size: number,
): Tensor4D {
  const channels = stats.mean.length
  const each = size * size * channels
  const out = new Float32Array(count * each)
  const colours = normaliser(stats)
  let pixels = new Float32Array(0)
  for (let i = 0; i < count; i++) {
    const { canvas, plan } = planned(i)
    if (pixels.length < canvas.data.length) pixels = new Float32Array(canvas.data.length)
    colours.apply(canvas, plan.tone, pixels)
    const picture: Picture = { canvas, pixels, black: colours.black, around }
    const target = out.subarray(i * each, (i + 1) * each)
    const read = isGrid(plan.matrix) ? readGrid : readBilinear
    read(picture, plan.matrix, size, target)
    cover(seen(plan.holes, size), colours.black, target)
  }
  return tensor4d(out, [count, size, size, channels])
}

interface Picture {
  readonly canvas: Canvas
  /** Its coloured, normalised pixels. */
  readonly pixels: Float32Array
  readonly black: Float32Array
  readonly around: Surroundings
}

function readGrid(
  { canvas, pixels, black, around }: Picture,
  matrix: Affine,
  size: number,
  out: Float32Array,
) {
  const channels = black.length
  const { across, down } = gridTables(matrix, canvas, around, size)
  let at = 0
  for (let y = 0; y < size; y++) {
    const row = down[y]!
    for (let x = 0; x < size; x++) {
      const place = (row + across[x]!) * channels
      if (place < 0) for (let c = 0; c < channels; c++) out[at++] = black[c]!
      else for (let c = 0; c < channels; c++) out[at++] = pixels[place + c]!
    }
  }
}

function readBilinear(
  { canvas, pixels, black, around }: Picture,
  matrix: Affine,
  size: number,
  out: Float32Array,
) {
  const channels = black.length
  const { across, down } = reaches([matrix], canvas, around, size)
  const [a, b, c0, d, e, f] = matrix
  const read = (place: number, c: number) => (place < 0 ? black[c]! : pixels[place * channels + c]!)
  let at = 0
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const [u, v] = [a * x + b * y + c0, d * x + e * y + f]
      const [left, top] = [Math.floor(u), Math.floor(v)]
      const [right, below] = [u - left, v - top]
      const [x0, x1] = [across.places[left - across.from]!, across.places[left - across.from + 1]!]
      const [y0, y1] = [down.places[top - down.from]!, down.places[top - down.from + 1]!]
      for (let c = 0; c < channels; c++) {
        const upper = read(y0 + x0, c) * (1 - right) + read(y0 + x1, c) * right
        const lower = read(y1 + x0, c) * (1 - right) + read(y1 + x1, c) * right
        out[at++] = upper * (1 - below) + lower * below
      }
    }
  }
}

function cover(mask: Uint8Array | null, black: Float32Array, out: Float32Array): void {
  if (mask === null) return
  const channels = black.length
  mask.forEach((isSeen, i) => {
    if (!isSeen) out.set(black, i * channels)
  })
}
