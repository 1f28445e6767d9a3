/** Pictures side by side in one, with captions. */
import type { PixelImage } from '../pixel-image'
import { drawText, fitText, lineHeight, textWidth } from './font'

export interface GridOptions {
  /** A line below each picture. */
  labels: readonly string[] | null
  columns: number
  /** Each pixel becomes a square of so many. */
  scale: number
}

const GAP = 6
const CHANNELS = 4
/** Sizes of captions in pixels; the largest where all of them have room for it. */
const [SMALLEST, LARGEST] = [13, 16]
/** Grey with about the same contrast, 4.5, to white and to black; what is around pictures is transparent. */
const INK = [120, 120, 120] as const

/** RGBA. */
export function gridOf(
  images: readonly PixelImage[],
  { labels, columns, scale }: GridOptions,
): PixelImage {
  const cell = {
    width: scale * Math.max(...images.map(({ width }) => width)),
    height: scale * Math.max(...images.map(({ height }) => height)),
  }
  const size = textSize(labels ?? [], cell.width)
  const line = labels ? lineHeight(size) + GAP : 0
  const rows = Math.ceil(images.length / columns)
  const width = columns * (cell.width + GAP) - GAP
  const height = rows * (cell.height + line + GAP) - GAP
  const canvas = {
    width,
    height,
    channels: CHANNELS,
    data: new Uint8Array(width * height * CHANNELS),
  }
  for (const [i, image] of images.entries()) {
    const left = (i % columns) * (cell.width + GAP)
    const top = Math.floor(i / columns) * (cell.height + line + GAP)
    paint(canvas, image, left, top, scale)
    const caption = fitText(labels?.[i] ?? '', size, cell.width)
    write(canvas, caption, left, top + cell.height + GAP / 2, size)
  }
  return canvas
}

function paint(canvas: PixelImage, image: PixelImage, left: number, top: number, scale: number) {
  const { width, height, channels, data } = image
  for (let y = 0; y < height * scale; y++) {
    for (let x = 0; x < width * scale; x++) {
      const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * channels
      const grey = channels === 1
      const [r, g, b] = [data[from]!, data[grey ? from : from + 1]!, data[grey ? from : from + 2]!]
      dot(canvas, left + x, top + y, [r, g, b, channels === 4 ? data[from + 3]! : 255])
    }
  }
}

/** As large as lets the longest caption be read to its end. */
function textSize(labels: readonly string[], room: number): number {
  const longest = Math.max(1, ...labels.map(label => textWidth(label, 1)))
  return Math.max(SMALLEST, Math.min(LARGEST, Math.floor(room / longest)))
}

function write(canvas: PixelImage, text: string, left: number, top: number, size: number): void {
  const { width, data } = drawText(text, size)
  for (const [k, covered] of data.entries()) {
    dot(canvas, left + (k % width), top + Math.floor(k / width), [...INK, covered])
  }
}

const dot = ({ width, data }: PixelImage, x: number, y: number, rgba: readonly number[]): void =>
  data.set(rgba, (y * width + x) * CHANNELS)
