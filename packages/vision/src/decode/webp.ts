/**
 * WebP files, which are chunks of RIFF: their sizes, and their EXIF data, which browsers heed or not,
 * each as it likes.
 */

interface Chunk {
  readonly at: number
  readonly from: number
  readonly to: number
}

function* chunksIn(bytes: Uint8Array, from: number, to: number): Generator<Chunk, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = from; at + 8 <= to; ) {
    const end = at + 8 + view.getUint32(at + 4, true)
    yield { at, from: at + 8, to: end }
    // an odd chunk has a byte more, which its size does not count
    at = end + (end & 1)
  }
}

function exifChunk(bytes: Uint8Array): Chunk | undefined {
  for (const chunk of chunksIn(bytes, 12, bytes.length)) {
    if (textAt(bytes, chunk.at) === 'EXIF') return chunk
  }
  return undefined
}

/** The largest size that any part of it has in pixels: its canvas, its picture, its frames. */
export function webpPixels(bytes: Uint8Array, from = 12, to: number = bytes.length): number {
  let most = 0
  for (const chunk of chunksIn(bytes, from, to)) {
    most = Math.max(most, chunkPixels(bytes, chunk))
    // a frame has chunks of its own
    if (textAt(bytes, chunk.at) !== 'ANMF') continue
    most = Math.max(most, webpPixels(bytes, chunk.from + 16, Math.min(chunk.to, to)))
  }
  return most
}

function chunkPixels(bytes: Uint8Array, { at, from }: Chunk): number {
  const byte = (i: number) => bytes[from + i] ?? 0
  const short = (i: number) => byte(i) + 256 * byte(i + 1)
  const long = (i: number) => short(i) + 65536 * byte(i + 2)
  switch (textAt(bytes, at)) {
    case 'VP8X':
      return (1 + long(4)) * (1 + long(7))
    case 'ANMF':
      return (1 + long(6)) * (1 + long(9))
    case 'VP8 ':
      // two bits more are about scaling
      return (short(6) & 0x3fff) * (short(8) & 0x3fff)
    case 'VP8L':
      return (1 + (short(1) & 0x3fff)) * (1 + (((short(3) << 2) | (byte(2) >> 6)) & 0x3fff))
    default:
      return 0
  }
}

/** Where there is any: the bytes of a TIFF file. */
export function exifOfWebp(bytes: Uint8Array): Uint8Array | undefined {
  const chunk = exifChunk(bytes)
  if (chunk === undefined) return undefined
  // some writers leave in what JPEG files have before it
  const skipped = textAt(bytes, chunk.from) === 'Exif' ? 6 : 0
  return bytes.subarray(chunk.from + skipped, chunk.to)
}

/** Makes it a chunk that no decoder knows. */
export function hideExif(bytes: Uint8Array): void {
  const chunk = exifChunk(bytes)
  if (chunk !== undefined) bytes.fill(0x5f, chunk.at, chunk.at + 4)
}

const textAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
