/** Pictures in a page, by the browser's own decoders; they work off the main thread. */
import type { PixelImage } from '../pixel-image'
import { badImage, type DecodeOptions, type Decoder, requirePixels, shrunkTo } from './types'

export const decoder: Decoder = {
  decode,
  workers: 8,
  cacheBytes: 2 ** 28,
}

async function decode(bytes: Uint8Array, options: Required<DecodeOptions>): Promise<PixelImage> {
  if (bytes.length === 0) throw badImage(options.name, 'has no bytes')
  const bitmap = await uprightBitmap(bytes, options)
  try {
    requirePixels(bitmap.width, bitmap.height, options)
    const [width, height] = shrunkTo(options.side, bitmap.width, bitmap.height)
    if (width === bitmap.width && height === bitmap.height) return pixelsOf(bitmap)
    const small = await createImageBitmap(bitmap, {
      resizeWidth: width,
      resizeHeight: height,
      resizeQuality: 'high',
    })
    try {
      return pixelsOf(small)
    } finally {
      small.close()
    }
  } finally {
    bitmap.close()
  }
}

async function uprightBitmap(
  bytes: Uint8Array,
  { name }: Required<DecodeOptions>,
): Promise<ImageBitmap> {
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>])
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image' })
  } catch (cause) {
    throw badImage(name, `could not be decoded: ${(cause as Error).message}`, cause)
  }
}

function pixelsOf(bitmap: ImageBitmap): PixelImage {
  const { width, height } = bitmap
  // without alpha the canvas is black to begin with
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
  })!
  context.drawImage(bitmap, 0, 0)
  const rgba = context.getImageData(0, 0, width, height).data
  const data = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; to < data.length; from += 4) {
    data[to++] = rgba[from]!
    data[to++] = rgba[from + 1]!
    data[to++] = rgba[from + 2]!
  }
  return { width, height, channels: 3, data }
}
