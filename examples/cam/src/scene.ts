/** A large picture with a small thing in it, for a net that finds it and looks again. */
import type { Generator } from '@dl/core'
import type { PixelImage } from '@dl/vision'

/** How much noise a made background has, of 255. */
const NOISE = 8

/** The picture somewhere in one `scale` times its size, in the mean colour of its border. */
export function scene(image: PixelImage, scale: number, chance: Generator): PixelImage {
  const { width, height, data } = image
  const [across, down] = [width * scale, height * scale]
  const colour = borderColour(image)
  const noise = chance.normal(across * down * 3, 0, NOISE)
  const canvas = Uint8Array.from(noise, (value, i) =>
    Math.max(0, Math.min(255, colour[i % 3]! + value)),
  )
  const left = Math.floor(chance.next() * (across - width))
  const top = Math.floor(chance.next() * (down - height))
  for (let y = 0; y < height; y++) {
    const row = data.subarray(3 * y * width, 3 * (y + 1) * width)
    canvas.set(row, 3 * ((top + y) * across + left))
  }
  return { width: across, height: down, channels: 3, data: canvas }
}

function borderColour({ width, height, data }: PixelImage): number[] {
  const sums = [0, 0, 0]
  let pixels = 0
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width, Math.floor(i / width)]
    if (x > 0 && x < width - 1 && y > 0 && y < height - 1) continue
    pixels++
    for (let c = 0; c < 3; c++) sums[c]! += data[3 * i + c]!
  }
  return sums.map(sum => sum / pixels)
}
