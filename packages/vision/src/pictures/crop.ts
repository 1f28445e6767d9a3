import type { Box } from '../datasets/shapes'
import type { PixelImage } from '../pixel-image'

/** A part of a picture, as a picture of its own. The box lies within it. */
export function crop({ data, width: row, channels }: PixelImage, box: Box): PixelImage {
  const { x, y, width, height } = box
  const part = new Uint8Array(width * height * channels)
  for (let i = 0; i < height; i++) {
    const start = ((y + i) * row + x) * channels
    part.set(data.subarray(start, start + width * channels), i * width * channels)
  }
  return { width, height, channels, data: part }
}
