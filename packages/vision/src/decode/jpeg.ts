/** What JPEG files are told by, without decoding them. */

const MARKER = 0xff
const END = 0xd9

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === MARKER && bytes[1] === 0xd8

export interface JpegScan {
  /**
   * Whether the picture's own end marker is there. Decoders fill what is missing with grey and say
   * nothing.
   */
  readonly isWhole: boolean
  /** The largest size that a frame in it has. */
  readonly pixels: number
}

/**
 * Steps over segments, as a small picture in one of them has an end and a size, too; what cameras write
 * behind the end is of no interest.
 */
export function scanJpeg(bytes: Uint8Array): JpegScan {
  const short = (i: number) => 256 * (bytes[i] ?? 0) + (bytes[i + 1] ?? 0)
  let [at, pixels] = [2, 0]
  while (true) {
    at = bytes.indexOf(MARKER, at)
    const marker = at < 0 ? undefined : bytes[at + 1]
    if (marker === undefined || marker === END) return { isWhole: marker === END, pixels }
    // of two, the second may be the marker's
    at += marker === MARKER ? 1 : 2
    if (isFrame(marker)) pixels = Math.max(pixels, short(at + 3) * short(at + 5))
    if (hasLength(marker)) at += short(at)
  }
}

/** Of all kinds; among their numbers are those of tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

/** Not a value of 255 among the data (255 0), a restart, or what fills up. */
const hasLength = (marker: number): boolean =>
  marker > 1 && marker !== MARKER && !(marker >= 0xd0 && marker <= 0xd8)
