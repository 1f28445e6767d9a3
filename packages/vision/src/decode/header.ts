/** What a file says of its picture, read before anything is unpacked. */

import { DlError } from '@dl/core'
import { fileKind } from '@dl/data'
import { imageSize } from 'image-size'
import { formatOf } from './format'
import { isJpeg, isWholeJpeg } from './jpeg'
import { orientationOf } from './orientation'
import { badImage, type DecodeOptions } from './types'

export interface Header {
  /** Of the picture once it is upright. */
  readonly width: number
  readonly height: number
  /** As EXIF has it, 1 to 8. */
  readonly orientation: number
}

/** @throws DlError `bad-image` for what is empty, truncated, too large or no picture */
export function headerOf(bytes: Uint8Array, { name, maxPixels }: Required<DecodeOptions>): Header {
  if (bytes.length === 0) throw badImage(name, 'has no bytes')
  const header = sizesOf(bytes, name)
  const { width, height } = header
  // a file of a few bytes can ask for all memory
  if (width * height > maxPixels) {
    throw new DlError('bad-image', {
      problem: `${name} has ${width} x ${height} pixels`,
      expected: `at most ${maxPixels} in all`,
      fix: 'Shrink it beforehand, or raise maxPixels.',
    })
  }
  if (!isJpeg(bytes) || isWholeJpeg(bytes)) return header
  throw badImage(name, 'could not be decoded: its end is missing')
}

function sizesOf(bytes: Uint8Array, name: string): Header {
  try {
    const { width, height, orientation: ofJpeg } = imageSize(bytes)
    const orientation = orientationOf(bytes, ofJpeg)
    const isLying = orientation > 4
    return { orientation, width: isLying ? height : width, height: isLying ? width : height }
  } catch (cause) {
    const found = fileKind(bytes)
    if (found !== null) throw badImage(name, `is ${found.name}`, { cause, fix: found.fix })
    const why = formatOf(bytes) ? (cause as Error).message : 'it does not begin as pictures do'
    throw badImage(name, `could not be decoded: ${why}`, { cause })
  }
}
