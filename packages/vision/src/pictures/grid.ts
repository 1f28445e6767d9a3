/** Pictures side by side in one, with captions. */
import type { PixelImage } from '../pixel-image'
import { dotAt, LETTER } from './font'

export interface GridOptions {
  /** A line below each picture. */
  labels: readonly string[] | null
  columns: number
  /** Each pixel becomes a square of so many. */
  scale: number
}

const GAP = 6
const CHANNELS = 4
/** A letter's dots become squares of so many pixels at most, where captions have room for it. */
const LARGEST = 2
/** Grey that can be read on white and on black; what is around pictures is transparent. */
const INK = [128, 128, 128, 255] as const

/** RGBA. */
export function gridOf(
  images: readonly PixelImage[],
  { labels, columns, scale }: GridOptions,
): PixelImage {
  const cell = {
    width: scale * Math.max(...images.map(({ width }) => width)),
    height: scale * Math.max(...images.map(({ height }) => height)),
  }
  const letter = letterSize(labels ?? [], cell.width)
  const line = labels ? letter * LETTER.height + GAP : 0
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
    const caption = fitting(labels?.[i] ?? '', cell.width, letter)
    write(canvas, caption, left, top + cell.height + GAP / 2, letter)
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

const ADVANCE = LETTER.width + 1

/** As many letters as there is room for. */
const fitting = (text: string, room: number, size: number): string =>
  [...text].slice(0, Math.floor((room / size + 1) / ADVANCE)).join('')

/** As large as lets the longest caption be read to its end. */
function letterSize(labels: readonly string[], room: number): number {
  const longest = Math.max(1, ...labels.map(label => [...label].length))
  return Math.max(1, Math.min(LARGEST, Math.floor((room + 1) / (longest * ADVANCE))))
}

function write(canvas: PixelImage, text: string, left: number, top: number, size: number): void {
  for (const [i, letter] of [...text].entries()) {
    for (let k = 0; k < LETTER.width * LETTER.height; k++) {
      const [x, y] = [k % LETTER.width, Math.floor(k / LETTER.width)]
      if (!dotAt(letter, x, y)) continue
      for (let j = 0; j < size * size; j++) {
        const [across, down] = [j % size, Math.floor(j / size)]
        dot(canvas, left + (i * ADVANCE + x) * size + across, top + y * size + down, INK)
      }
    }
  }
}

const dot = ({ width, data }: PixelImage, x: number, y: number, rgba: readonly number[]): void =>
  data.set(rgba, (y * width + x) * CHANNELS)
