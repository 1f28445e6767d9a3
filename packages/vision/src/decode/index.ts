/** From the bytes of a file to pixels, on whichever platform. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { files } from '@dl/data'
import { decoder as platformDecoder } from '#decode'
import { requireNames } from '../data/names'
import type { PixelImage } from '../pixel-image'
import { budget } from './budget'
import { headerOf, PIXEL_BYTES } from './header'
import type { DecodeOptions, Decoder } from './types'

export const decoder: Decoder = platformDecoder

const MAX_PIXELS = 2 ** 26

/** Bytes for all pictures under way: 1 GiB. */
const withinBudget = budget(PIXEL_BYTES * MAX_PIXELS)

/**
 * The pixels of a JPEG, PNG, WebP, AVIF or BMP file (in Node also TIFF and Netpbm's, in a page GIF):
 * RGB (grey is repeated, transparency lies on black), 8 bits, upright as the file says, without
 * regard to colour profiles. In Node by @napi-rs/image, which is yours to install (PNG files
 * do without it); in a page by the browser. Both work beside the main thread.
 *
 * @param options `side` shrinks while decoding, which for JPEG files is several times faster than
 *   afterwards
 * @throws DlError `bad-image` for what is empty, truncated, too large or no picture; `no-decoder`
 *
 * @example
 * ```ts
 * import { decodeImage, encodePng } from '@dl/vision'
 *
 * const red = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 255, 0, 0) }
 * const { width, height, channels, data } = await decodeImage(encodePng(red))
 * ;[width, height, channels] // → 2,1,3
 * data // → 255,0,0,255,0,0
 * ```
 */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): Promise<PixelImage> {
  checkOptions('decodeImage', options, ['side', 'maxPixels', 'name'])
  const { side = null, maxPixels = MAX_PIXELS, name = 'the picture' } = options
  if (!(bytes instanceof Uint8Array)) {
    throw new DlError('bad-image', {
      problem: `${name} is ${showValue(bytes)}`,
      expected: 'the bytes of a picture file as a Uint8Array',
      fix: 'A file is read by readImage(path), a Blob by new Uint8Array(await blob.arrayBuffer()).',
    })
  }
  if (side !== null && !(Number.isInteger(side) && side > 0)) {
    throw new DlError('bad-option', {
      problem: `side is ${showValue(side)}`,
      expected: 'an integer of at least 1, or null',
    })
  }
  const all = { side, maxPixels, name }
  // before it waits: what is wrong is said at once
  const header = headerOf(bytes, all)
  return withinBudget(header.bytes, () => decoder.decode(bytes, all))
}

/** {@link decodeImage} of a file; in a page `path` is a URL. Errors name it. */
export async function readImage(
  path: string,
  options: Omit<DecodeOptions, 'name'> = {},
): Promise<PixelImage> {
  checkOptions('readImage', options, ['side', 'maxPixels'])
  requireNames({ path: path ?? null })
  return decodeImage(await files.readBytes(path), { ...options, name: path })
}
