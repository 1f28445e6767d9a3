/** A frame drawn into a picture. */
import type { Box, PixelImage } from '@dl/vision'

const [WIDTH, WHITE] = [2, 255]

/** @param scale how much larger the picture is than the one that the box is meant for */
export function framed(image: PixelImage, box: Box, scale: number): PixelImage {
  const { width, height, channels } = image
  const data = image.data.slice()
  const [left, top] = [box.x * scale, box.y * scale]
  const [right, bottom] = [left + box.width * scale, top + box.height * scale]
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    const inside = Math.min(x - left, right - 1 - x, y - top, bottom - 1 - y)
    if (inside >= 0 && inside < WIDTH) data.fill(WHITE, i * channels, (i + 1) * channels)
  }
  return { width, height, channels, data }
}
