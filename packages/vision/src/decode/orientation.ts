/**
 * Which way up a file says its picture is, as EXIF numbers it: 1 is upright, 6 is to be turned
 * clockwise, 2 is mirrored, and so on to 8. JPEG files are left to image-size.
 */
import { propertiesOf, typeAt, viewOf } from './boxes'
import { formatOf } from './format'
import { exifOfWebp } from './webp'

/** 1 where it says nothing, or nothing that there is. */
export function orientationOf(bytes: Uint8Array, ofJpeg: number | undefined): number {
  const found = stated(bytes) ?? ofJpeg
  return found !== undefined && found >= 1 && found <= 8 ? found : 1
}

function stated(bytes: Uint8Array): number | undefined {
  switch (formatOf(bytes)) {
    case 'png':
      return ofPng(bytes)
    case 'webp':
      return ofTiff(exifOfWebp(bytes))
    case 'tiff':
      return ofTiff(bytes)
    case 'avif':
      return ofAvif(bytes)
    default:
      return undefined
  }
}

function ofPng(bytes: Uint8Array): number | undefined {
  const view = viewOf(bytes)
  for (let at = 8; at + 8 <= bytes.length; ) {
    const end = at + 8 + view.getUint32(at)
    if (typeAt(bytes, at + 4) === 'eXIf') return ofTiff(bytes.subarray(at + 8, end))
    // its checksum comes behind it
    at = end + 4
  }
  return undefined
}

const ORIENTATION = 0x112

/** The first directory of a TIFF file, which is what EXIF data is. */
function ofTiff(tiff: Uint8Array | undefined): number | undefined {
  if (tiff === undefined || tiff.length < 10) return undefined
  const view = viewOf(tiff)
  const little = tiff[0] === 0x49
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return undefined
  const count = view.getUint16(directory, little)
  for (let i = 0, at = directory + 2; i < count && at + 12 <= tiff.length; i++, at += 12) {
    if (view.getUint16(at, little) === ORIENTATION) return view.getUint16(at + 8, little)
  }
  return undefined
}

/** By quarters of a turn against the clock: as it is, then mirrored upside down, then left to right. */
const AVIF = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
] as const

/** Turned first, then mirrored (ISO/IEC 23008-12, 6.5.10 and 6.5.12). */
function ofAvif(bytes: Uint8Array): number | undefined {
  const properties = propertiesOf(bytes)
  if (properties.length === 0) return undefined
  const propertyOf = (type: string): number | undefined => {
    const box = properties.find(one => one.type === type)
    return box && bytes[box.from]
  }
  const mirror = propertyOf('imir')
  return AVIF[(propertyOf('irot') ?? 0) & 3]![mirror === undefined ? 0 : 1 + (mirror & 1)]
}
