/** PNG files without a native decoder. */
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png'
import type { PixelImage } from '../pixel-image'
import { badImage, type DecodeOptions, requirePixels } from './types'

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte)

/** RGB; what is transparent lies on black. */
export function decodePng(bytes: Uint8Array, options: Required<DecodeOptions>): PixelImage {
  // the header says so before anything is unpacked
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length >= 24) requirePixels(header.getUint32(16), header.getUint32(20), options)
  try {
    return toRgb(decode(bytes, { checkCrc: true }))
  } catch (cause) {
    throw badImage(options.name, `could not be decoded: ${(cause as Error).message}`, cause)
  }
}

function toRgb(png: DecodedPng): PixelImage {
  const { width, height } = png
  const channels = png.palette ? (png.palette[0]?.length ?? 3) : png.channels
  const values = png.palette ? convertIndexedToRgb(png) : png.data
  if (!png.palette && png.depth < 8) {
    throw new Error(
      `grey of ${png.depth} bits needs @napi-rs/image, see \`npm install @napi-rs/image\``,
    )
  }
  const shift = png.depth === 16 ? 8 : 0
  const grey = channels < 3
  const data = new Uint8Array(width * height * 3)
  for (let pixel = 0; pixel < width * height; pixel++) {
    const at = pixel * channels
    const alpha = channels % 2 === 0 ? (values[at + channels - 1]! >> shift) / 255 : 1
    for (let c = 0; c < 3; c++) {
      data[pixel * 3 + c] = Math.round((values[grey ? at : at + c]! >> shift) * alpha)
    }
  }
  return { width, height, channels: 3, data }
}
