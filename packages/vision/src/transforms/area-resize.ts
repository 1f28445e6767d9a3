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
  const narrow = new Float32Array(part.height * to.width * channels)
  const across = sharesOf(part.x, part.width, to.width)
  for (let y = 0; y < part.height; y++) {
    const row = (part.y + y) * image.width * channels
    for (let x = 0; x < to.width; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let k = across.begin[x]!; k < across.begin[x + 1]!; k++) {
          sum += across.weight[k]! * image.data[row + across.place[k]! * channels + c]!
        }
        narrow[(y * to.width + x) * channels + c] = sum
      }
    }
  }
  const out = new Float32Array(to.height * to.width * channels)
  const down = sharesOf(0, part.height, to.height)
  const stride = to.width * channels
  for (let y = 0; y < to.height; y++) {
    for (let k = down.begin[y]!; k < down.begin[y + 1]!; k++) {
      const [weight, from, at] = [down.weight[k]!, down.place[k]! * stride, y * stride]
      for (let i = 0; i < stride; i++) out[at + i]! += weight * narrow[from + i]!
    }
  }
  return out
}

/** Which pixels make up which: those of i are begin[i] … begin[i + 1] − 1. */
interface Shares {
  begin: number[]
  place: number[]
  weight: number[]
}

/** `count` equal pieces of the pixels `start` … `start + length − 1`. */
function sharesOf(start: number, length: number, count: number): Shares {
  const shares: Shares = { begin: [0], place: [], weight: [] }
  for (let i = 0; i < count; i++) {
    const [from, to] = [(i * length) / count, ((i + 1) * length) / count]
    const last = Math.min(length, Math.ceil(to))
    for (let place = Math.floor(from); place < last; place++) {
      const covered = Math.min(to, place + 1) - Math.max(from, place)
      if (covered <= 0) continue
      shares.place.push(start + place)
      shares.weight.push(covered / (to - from))
    }
    shares.begin.push(shares.place.length)
  }
  return shares
}
