/**
 * Resizing by area: each pixel of the result is the mean of what it covers of the picture, seen as
 * squares of one colour. Exact for any ratio, up or down (OpenCV's INTER_AREA).
 */
import type { PixelImage } from '../pixel-image'
import type { Frame } from './affine'
import type { Rectangle } from './transform'

/** [to.height, to.width, channels], 0 to 255, not rounded. */
export function resizeArea(image: PixelImage, part: Rectangle, to: Frame): Float32Array {
  const { channels } = image
  const [across, down] = [sharesOf(part.width, to.width), sharesOf(part.height, to.height)]
  const stride = to.width * channels
  const line = new Float32Array(stride)
  const out = new Float32Array(to.height * stride)
  // a row of the picture may be part of two rows of the result
  let narrowed = -1
  for (let y = 0; y < to.height; y++) {
    for (let k = down.begin[y]!; k < down.begin[y + 1]!; k++) {
      const row = down.place[k]!
      if (row !== narrowed) {
        const start = ((part.y + row) * image.width + part.x) * channels
        narrow(image.data, start, channels, across, line)
        narrowed = row
      }
      const weight = down.weight[k]!
      const at = y * stride
      for (let i = 0; i < stride; i++) out[at + i]! += weight * line[i]!
    }
  }
  return out
}

/** One row of pixels to one row of the result's width. */
function narrow(
  data: Uint8Array,
  start: number,
  channels: number,
  { begin, place, weight }: Shares,
  line: Float32Array,
): void {
  const width = begin.length - 1
  for (let x = 0; x < width; x++) {
    for (let c = 0; c < channels; c++) {
      let sum = 0
      for (let k = begin[x]!; k < begin[x + 1]!; k++) {
        sum += weight[k]! * data[start + place[k]! * channels + c]!
      }
      line[x * channels + c] = sum
    }
  }
}

/** Which pixels make up which: those of i are begin[i] … begin[i + 1] − 1. */
interface Shares {
  readonly begin: Int32Array
  readonly place: Int32Array
  readonly weight: Float64Array
}

/** `length` pixels cut into `count` equal pieces. */
function sharesOf(length: number, count: number): Shares {
  const begin = new Int32Array(count + 1)
  const [place, weight]: [number[], number[]] = [[], []]
  for (let i = 0; i < count; i++) {
    const [from, to] = [(i * length) / count, ((i + 1) * length) / count]
    for (let at = Math.floor(from); at < Math.min(length, to); at++) {
      place.push(at)
      weight.push((Math.min(to, at + 1) - Math.max(from, at)) / (to - from))
    }
    begin[i + 1] = place.length
  }
  return { begin, place: Int32Array.from(place), weight: Float64Array.from(weight) }
}
