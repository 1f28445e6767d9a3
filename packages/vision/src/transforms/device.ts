/**
 * Makes the pixels of a whole batch as a program of tensors, from operations every backend has.
 * All pictures have one size.
 */
import {
  add,
  cast,
  clipByValue,
  concat,
  div,
  floor,
  gather,
  mul,
  range,
  reshape,
  sub,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { isGrid } from './affine'
import type { Surroundings } from './border'
import type { Planned } from './host'
import type { ChannelStats } from './image-transforms'
import { lineOf } from './normaliser'
import { seen } from './plan'
import { gridTables, type Reach, reaches } from './reading'

/** WebGL counts in float32: beyond this, pixel numbers would be rounded. */
const MOST_PIXELS = 2 ** 24

/** [pictures, size, size, channels], normalised. */
export function onDevice(
  all: readonly Planned[],
  stats: ChannelStats,
  around: Surroundings,
  size: number,
): Tensor4D {
  const { width, height } = all[0]!.canvas
  const most = Math.max(1, Math.floor(MOST_PIXELS / (width * height)))
  return tidy(() => {
    const parts: Tensor[] = []
    for (let from = 0; from < all.length; from += most) {
      parts.push(portion(all.slice(from, from + most), stats, around, size))
    }
    const normalised = div(sub(concat(parts), tensor([...stats.mean])), tensor([...stats.std]))
    return normalised as Tensor4D
  })
}

/** Pixels from 0 to 1. */
function portion(
  all: readonly Planned[],
  stats: ChannelStats,
  around: Surroundings,
  size: number,
): Tensor {
  const channels = stats.mean.length
  const pixels = coloured(all, channels)
  const read = all.every(({ plan }) => isGrid(plan.matrix)) ? readGrid : readBilinear
  const images = reshape(read(pixels, all, around, size), [all.length, size, size, channels])
  const masks = all.map(({ plan }) => seen(plan.holes, size))
  if (masks.every(mask => mask === null)) return images
  const mask = Float32Array.from({ length: all.length * size * size }, (_, i) => {
    return masks[Math.floor(i / (size * size))]?.[i % (size * size)] ?? 1
  })
  return mul(images, tensor(mask, [all.length, size, size, 1]))
}

/** [all pixels, channels], from 0 to 1. */
function coloured(all: readonly Planned[], channels: number): Tensor {
  const each = all[0]!.canvas.data.length
  const raw = new Float32Array(all.length * each)
  for (const [i, { canvas }] of all.entries()) raw.set(canvas.data, i * each)
  const bytes = tensor(raw, [all.length, each])
  if (all.every(({ plan }) => plan.tone === null)) return reshape(div(bytes, 255), [-1, channels])
  const lines = all.map(({ canvas, plan }) => lineOf(plan.tone, canvas))
  const column = (key: 'gain' | 'offset') =>
    tensor(
      lines.map(line => line[key]),
      [all.length, 1],
    )
  const lit = clipByValue(add(mul(bytes, column('gain')), column('offset')), 0, 1)
  return reshape(lit, [-1, channels])
}

type Read = (pixels: Tensor, all: readonly Planned[], around: Surroundings, size: number) => Tensor

const readGrid: Read = (pixels, all, around, size) => {
  const { width, height } = all[0]!.canvas
  const places = new Int32Array(all.length * size * size)
  let at = 0
  let isOutside = false
  all.forEach(({ canvas, plan }, i) => {
    const { across, down } = gridTables(plan.matrix, canvas, around, size)
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const place = down[y]! + across[x]!
        places[at++] = place < 0 ? -1 : i * width * height + place
        isOutside ||= place < 0
      }
    }
  })
  const found = gather(
    pixels,
    tensor(
      places.map(place => Math.max(0, place)),
      [places.length],
      'int32',
    ),
  )
  if (!isOutside) return found
  const inside = Float32Array.from(places, place => (place < 0 ? 0 : 1))
  return mul(found, tensor(inside, [places.length, 1]))
}

const readBilinear: Read = (pixels, all, around, size) => {
  const { width, height } = all[0]!.canvas
  const matrices = all.map(({ plan }) => plan.matrix)
  // the device rounds coordinates, and may come out a pixel beyond
  const { across, down } = reaches(matrices, all[0]!.canvas, around, size, 1)
  const entry = (i: number) =>
    tensor(
      matrices.map(matrix => matrix[i]!),
      [all.length, 1, 1],
    )
  const line = range(0, size)
  const coordinate = (first: number) =>
    add(
      add(mul(entry(first), line), mul(entry(first + 1), reshape(line, [1, size, 1]))),
      entry(first + 2),
    )
  const xs = taps(coordinate(0), across)
  const ys = taps(coordinate(3), down)
  const image = mul(range(0, all.length), width * height)
  const start = reshape(image, [all.length, 1, 1])
  let sum: Tensor | null = null
  for (const y of ys) {
    for (const x of xs) {
      const place = reshape(cast(add(add(start, y.place), x.place), 'int32'), [-1])
      const weighted = mul(gather(pixels, place), reshape(mul(y.weight, x.weight), [-1, 1]))
      sum = sum === null ? weighted : add(sum, weighted)
    }
  }
  return sum!
}

/** The two pixels beside a coordinate along one axis, as parts of pixel numbers, and their weights. */
function taps(at: Tensor, { from, places }: Reach): { place: Tensor; weight: Tensor }[] {
  const before = floor(at)
  const rest = sub(at, before)
  const numbers = tensor(Float32Array.from(places, place => Math.max(0, place)))
  const inside = tensor(Float32Array.from(places, place => (place < 0 ? 0 : 1)))
  const hasOutside = places.some(place => place < 0)
  return [0, 1].map(step => {
    const index = cast(sub(before, from - step), 'int32')
    const share = step === 0 ? sub(1, rest) : rest
    return {
      place: gather(numbers, index),
      weight: hasOutside ? mul(share, gather(inside, index)) : share,
    }
  })
}
