/** The EXIF data of WebP files: a chunk of RIFF, which browsers heed or not, each as it likes. */

interface Chunk {
  readonly at: number
  readonly from: number
  readonly to: number
}

function exifChunk(bytes: Uint8Array): Chunk | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 12; at + 8 <= bytes.length; ) {
    const from = at + 8
    const to = from + view.getUint32(at + 4, true)
    if (textAt(bytes, at) === 'EXIF') return { at, from, to }
    // an odd chunk has a byte more, which its size does not count
    at = to + (to & 1)
  }
  return undefined
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
