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
): void {
  const channels = black.length
  const { across, down } = reaches([matrix], canvas, around, size)
  const [a, b, c0, d, e, f] = matrix
  const read = (place: number, c: number) => (place < 0 ? black[c]! : pixels[place * channels + c]!)
  let at = 0
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const u = a * x + b * y + c0
      const v = d * x + e * y + f
      const left = Math.floor(u)
      const top = Math.floor(v)
      const x0 = across.places[left - across.from]!
      const x1 = across.places[left - across.from + 1]!
      const y0 = down.places[top - down.from]!
      const y1 = down.places[top - down.from + 1]!
      const lower = v - top
      const w01 = (u - left) * (1 - lower)
      const w11 = (u - left) * lower
      const w00 = 1 - lower - w01
      const w10 = lower - w11
      for (let c = 0; c < channels; c++) {
        out[at++] =
          w00 * read(y0 + x0, c) +
          w01 * read(y0 + x1, c) +
          w10 * read(y1 + x0, c) +
          w11 * read(y1 + x1, c)
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
