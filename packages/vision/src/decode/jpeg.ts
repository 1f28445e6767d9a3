/** What JPEG files are told by, without decoding them. */

const MARKER = 0xff
const END = 0xd9

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === MARKER && bytes[1] === 0xd8

/**
 * Whether the picture's own end marker is there. Decoders fill what is missing with grey and say
 * nothing. Segments are stepped over, as a small picture in one of them has an end, too; what cameras
 * write behind the end is of no interest.
 */
export function isWholeJpeg(bytes: Uint8Array): boolean {
  let at = 2
  while (true) {
    at = bytes.indexOf(MARKER, at)
    const marker = at < 0 ? undefined : bytes[at + 1]
    if (marker === undefined) return false
    if (marker === END) return true
    // of two, the second may be the marker's
    at += marker === MARKER ? 1 : 2
    if (hasLength(marker)) at += (bytes[at]! << 8) | bytes[at + 1]!
  }
}

/** Not a value of 255 among the data (255 0), a restart, or what fills up. */
const hasLength = (marker: number): boolean =>
  marker > 1 && marker !== MARKER && !(marker >= 0xd0 && marker <= 0xd8)
