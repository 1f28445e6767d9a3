/** Pixels onto canvases. */
import type { PixelImage } from '@dl/vision'

/** The picture on the canvas, which takes its size. */
export function paint(
  canvas: HTMLCanvasElement,
  { width, height, channels, data }: PixelImage,
): void {
  Object.assign(canvas, { width, height })
  const image = new ImageData(width, height)
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = data[channels * i + (channels < 3 ? 0 : c)]!
    image.data[4 * i + 3] = 255
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0)
}
