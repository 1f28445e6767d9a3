import type { PixelImage } from '../pixel-image'

/** An RGB picture as it is to be seen: `orientation` is what EXIF says of it, 1 to 8. */
export function turned(image: PixelImage, orientation: number): PixelImage {
  if (orientation === 1) return image
  const isLying = orientation > 4
  const [width, height] = isLying ? [image.height, image.width] : [image.width, image.height]
  const data = new Uint8Array(image.data.length)
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    const [across, down] = isLying ? [y, x] : [x, y]
    const left = [2, 3, 7, 8].includes(orientation) ? image.width - 1 - across : across
    const top = [3, 4, 6, 7].includes(orientation) ? image.height - 1 - down : down
    const from = 3 * (top * image.width + left)
    for (let c = 0; c < 3; c++) data[3 * i + c] = image.data[from + c]!
  }
  return { width, height, channels: 3, data }
}
