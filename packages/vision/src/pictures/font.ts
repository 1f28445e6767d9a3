/** Text as coverage: how much of each pixel its letters cover. */
import { ASCENT, DESCENT, GRID } from './letters'
import { glyphsOf, type Point } from './outlines'

/** A byte for each pixel, 255 where letters cover all of it. */
export interface Coverage {
  width: number
  height: number
  data: Uint8Array
}

const ELLIPSIS = '…'

/** From its first pixel to where the next letter would stand, at a size in pixels. */
export const textWidth = (text: string, size: number): number =>
  glyphsOf(text).reduce((sum, { advance }) => sum + advance * size, 0)

/** The pixels between the tops of two lines. */
export const lineHeight = (size: number): number =>
  baseline(size) + Math.ceil((DESCENT * size) / GRID)

const baseline = (size: number): number => Math.ceil((ASCENT * size) / GRID)

/** The text, or as much of its beginning as there is room for with an ellipsis. */
export function fitText(text: string, size: number, room: number): string {
  if (textWidth(text, size) <= room) return text
  let kept = ''
  let width = textWidth(ELLIPSIS, size)
  if (width > room) return ''
  for (const letter of text.normalize('NFC')) {
    width += textWidth(letter, size)
    if (width > room) break
    kept += letter
  }
  return kept.trimEnd() + ELLIPSIS
}

/** One line of text; its letters stand where they belong to a fraction of a pixel. */
export function drawText(text: string, size: number): Coverage {
  const [width, height] = [Math.ceil(textWidth(text, size)), lineHeight(size)]
  // what a pixel's coverage differs by from its left neighbour's
  const steps = new Float32Array(width * height)
  let left = 0
  for (const { advance, contours } of glyphsOf(text)) {
    for (const contour of contours) {
      const place = ({ x, y }: Point) => [left + x * size, baseline(size) - y * size] as const
      for (const [i, point] of contour.entries()) {
        addEdge(steps, width, place(contour.at(i - 1)!), place(point))
      }
    }
    left += advance * size
  }
  const data = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    let winding = 0
    for (let k = y * width; k < (y + 1) * width; k++) {
      winding += steps[k]!
      // outlines that overlap wind twice around what they share
      data[k] = Math.round(255 * Math.min(1, Math.abs(winding)))
    }
  }
  return { width, height, data }
}

type Place = readonly [x: number, y: number]

/** Exact areas: in each row, the part of every pixel to the right of an edge. */
function addEdge(steps: Float32Array, width: number, from: Place, to: Place): void {
  if (from[1] === to[1]) return
  const [[x0, y0], [x1, y1]] = from[1] < to[1] ? [from, to] : [to, from]
  const slope = (x1 - x0) / (y1 - y0)
  for (let y = Math.floor(y0); y < y1; y++) {
    const [top, bottom] = [Math.max(y, y0), Math.min(y + 1, y1)]
    const ends = [x0 + (top - y0) * slope, x0 + (bottom - y0) * slope]
    const [a, b] = [Math.min(...ends), Math.max(...ends)]
    const winds = from[1] < to[1] ? bottom - top : top - bottom
    let before = 0
    for (
      let x = Math.max(0, Math.floor(a));
      x < Math.min(width, Math.max(0, Math.ceil(b)) + 1);
      x++
    ) {
      const covered =
        b - a < 1e-6 ? clamp(x + 1 - a) : (area(x + 1 - a) - area(x + 1 - b)) / (b - a)
      steps[y * width + x]! += winds * (covered - before)
      before = covered
    }
  }
}

const clamp = (t: number): number => Math.min(1, Math.max(0, t))
/** The integral of `clamp`. */
const area = (t: number): number => clamp(t) ** 2 / 2 + Math.max(0, t - 1)
