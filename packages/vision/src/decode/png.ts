/** PNG files without a native decoder. */
import { inflateSync } from 'node:zlib'
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png'
import type { PixelImage } from '../pixel-image'
import { resizeArea } from '../transforms/area-resize'
import { typeAt, viewOf } from './boxes'
import { onBlack } from './on-black'
import { turned } from './turned'
import { shrunkTo } from './types'

/**
 * RGB; what is transparent lies on black.
 *
 * @param orientation as EXIF has it, 1 to 8
 * @throws Error
 */
export function decodePng(bytes: Uint8Array, orientation: number, side: number | null): PixelImage {
  const png = decode(bounded(bytes), { checkCrc: true })
  const { width, height } = png
  const data = onBlack(samplesOf(png), width * height)
  const image = turned({ width, height, channels: 3, data }, orientation)
  return shrunk(image, side)
}

/** What is needed of it; the rest, packed texts and profiles, may unpack to any size. */
const NEEDED = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']

/** The needed chunks, once it is known that no more pixels than the file says unpack from them. */
function bounded(bytes: Uint8Array): Uint8Array {
  const view = viewOf(bytes)
  const pieces = [bytes.subarray(0, 8)]
  const packed: Uint8Array[] = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at)
    const end = at + 12 + length
    const type = typeAt(bytes, at + 4)
    if (NEEDED.includes(type)) pieces.push(bytes.subarray(at, end))
    if (type === 'IDAT') packed.push(bytes.subarray(at + 8, end - 4))
    at = end
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)]
  // eight bytes a pixel at most, and a filter for each line of each of seven passes
  const maxOutputLength = 8 * width * height + 7 * (height + 1)
  try {
    inflateSync(Buffer.concat(packed), { maxOutputLength })
  } catch (error) {
    // what is wrong else is said in more words by who reads it
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new Error(`more unpacks from it than ${width} x ${height} pixels`)
    }
  }
  return Buffer.concat(pieces)
}

/** [height, width, channels] of 8 or 16 bits, with alpha where one colour stands for nothing. */
function samplesOf(png: DecodedPng): DecodedPng['data'] {
  const { data, depth, channels, palette, transparency } = png
  if (palette) return convertIndexedToRgb(png)
  if (depth < 8) return convertIndexedToRgb({ ...png, palette: greys(depth, transparency?.[0]) })
  if (transparency === undefined) return data
  const most = 2 ** depth - 1
  const out = new (depth === 8 ? Uint8Array : Uint16Array)(
    (data.length / channels) * (channels + 1),
  )
  for (let at = 0, to = 0; at < data.length; at += channels) {
    let isClear = true
    for (let c = 0; c < channels; c++) {
      isClear &&= data[at + c] === transparency[c]
      out[to++] = data[at + c]!
    }
    out[to++] = isClear ? 0 : most
  }
  return out
}

/** All there are of so many bits, and how much each is seen. */
const greys = (depth: number, clear: number | undefined): number[][] =>
  Array.from({ length: 2 ** depth }, (_, i) => [
    (i * 255) / (2 ** depth - 1),
    i === clear ? 0 : 255,
  ])

function shrunk(image: PixelImage, side: number | null): PixelImage {
  const [width, height] = shrunkTo(side, image.width, image.height)
  if (width === image.width && height === image.height) return image
  const values = resizeArea(
    image,
    { x: 0, y: 0, width: image.width, height: image.height },
    { width, height },
  )
  return { width, height, channels: 3, data: Uint8Array.from(values, Math.round) }
}
