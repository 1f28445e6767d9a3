/** PNG files without a native decoder. */
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png'
import type { PixelImage } from '../pixel-image'
import { resizeArea } from '../transforms/area-resize'
import { onBlack } from './on-black'
import { shrunkTo } from './types'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte)

/**
 * RGB; what is transparent lies on black.
 *
 * @param orientation as EXIF has it, 1 to 8
 * @throws Error
 */
export function decodePng(bytes: Uint8Array, orientation: number, side: number | null): PixelImage {
  const png = decode(bytes, { checkCrc: true })
  const { width, height } = png
  const data = onBlack(samplesOf(png), width * height)
  const image = turned({ width, height, channels: 3, data }, orientation)
  return shrunk(image, side)
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

function turned(image: PixelImage, orientation: number): PixelImage {
  if (orientation === 1) return image
  const isLying = orientation > 4
  const [width, height] = isLying ? [image.height, image.width] : [image.width, image.height]
  const data = new Uint8Array(image.data.length)
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    const [across, down] = isLying ? [y, x] : [x, y]
    const left = [2, 3, 7, 8].includes(orientation) ? image.width - 1 - across : across
    const top = [3, 4, 6, 7].includes(orientation) ? image.height - 1 - down : down
    const from = 3 * (top * image.width + left)
    for (let c = 0; c < 3; c++) data[3 * i + c] = image.data[from + c]!
  }
  return { width, height, channels: 3, data }
}

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
