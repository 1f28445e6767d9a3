/** What a file says of its picture, read before anything is unpacked. */

import { DlError } from '@dl/core'
import { fileKind } from '@dl/data'
import { imageSize } from 'image-size'
import { avifPixels } from './avif'
import { formatOf, type PictureFormat } from './format'
import { scanJpeg } from './jpeg'
import { orientationOf } from './orientation'
import { badImage, type DecodeOptions } from './types'
import { webpPixels } from './webp'

export interface Header {
  /** Of the picture once it is upright. */
  readonly width: number
  readonly height: number
  /** As EXIF has it, 1 to 8. */
  readonly orientation: number
  /** An upper bound of what its decoding takes. */
  readonly bytes: number
}

/** A picture of `maxPixels` of 8 bits takes so many for each while it is decoded. */
export const PIXEL_BYTES = 16

/** @throws DlError `bad-image` for what is empty, truncated, too large or no picture */
export function headerOf(bytes: Uint8Array, { name, maxPixels }: Required<DecodeOptions>): Header {
  if (bytes.length === 0) throw badImage(name, 'has no bytes')
  const header = sizesOf(bytes, name)
  const { width, height } = header
  // a file of a few bytes can ask for all memory
  if (width * height > maxPixels) {
    throw tooLarge(`${name} has ${width} x ${height} pixels`, `at most ${maxPixels} in all`)
  }
  if (header.bytes > PIXEL_BYTES * maxPixels) {
    throw tooLarge(
      `${name}, of ${width} x ${height} pixels, would take ${inGib(header.bytes)} while it is decoded`,
      `at most ${inGib(PIXEL_BYTES * maxPixels)}, 16 bytes for each of maxPixels`,
    )
  }
  return header
}

const tooLarge = (problem: string, expected: string): DlError =>
  new DlError('bad-image', {
    problem,
    expected,
    fix: 'Shrink it beforehand, or raise maxPixels.',
  })

const inGib = (bytes: number): string => `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`

function sizesOf(bytes: Uint8Array, name: string): Header {
  const format = formatOf(bytes)
  try {
    const { width, height, orientation: ofJpeg } = imageSize(bytes)
    if (format === null) throw new Error('it is of a kind that is not read')
    const orientation = orientationOf(bytes, ofJpeg)
    const isLying = orientation > 4
    const size = isLying ? { width: height, height: width } : { width, height }
    return { ...size, orientation, bytes: bytesFor(bytes, format, width * height, name) }
  } catch (cause) {
    if (DlError.is(cause)) throw cause
    const found = fileKind(bytes)
    if (found !== null) throw badImage(name, `is ${found.name}`, { cause, fix: found.fix })
    const why = format ? (cause as Error).message : 'it does not begin as pictures do'
    throw badImage(name, `could not be decoded: ${why}`, { cause })
  }
}

/**
 * What decoding takes, with some to spare, by what was measured: the decoder's own memory, its copies,
 * ours. Other sizes than the first one in the file count where a decoder may heed them.
 */
function bytesFor(bytes: Uint8Array, format: PictureFormat, pixels: number, name: string): number {
  switch (format) {
    case 'jpeg': {
      const scan = scanJpeg(bytes)
      if (!scan.isWhole) throw badImage(name, 'could not be decoded: its end is missing')
      return PIXEL_BYTES * Math.max(pixels, scan.pixels)
    }
    case 'webp':
      return PIXEL_BYTES * Math.max(pixels, webpPixels(bytes))
    case 'avif':
      return 28 * Math.max(pixels, avifPixels(bytes))
    case 'png':
      return (bytes[PNG_DEPTH] === 16 ? 28 : PIXEL_BYTES) * pixels
    // they may have 16 bits or more, too
    case 'tiff':
    case 'pnm':
      return 28 * pixels
    default:
      return PIXEL_BYTES * pixels
  }
}

/** Where PNG files have the bits of a sample. */
const PNG_DEPTH = 24
