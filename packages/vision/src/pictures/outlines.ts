/** The outlines of letters, as closed lines. */
import { DIGITS, GRID, OUTLINES, SHORT } from './letters'

export interface Point {
  x: number
  y: number
}

/** In parts of the size; y grows upwards from the line that letters stand on. */
export interface Glyph {
  advance: number
  contours: Point[][]
}

/** Off the curve it is one of TrueType's control points. */
interface CurvePoint extends Point {
  isOn: boolean
}

/** A curve becomes so many lines: at 16 pixels none is off by a tenth of one. */
const LINES = 4

let glyphs: Map<string, Glyph> | null = null

/** A glyph for each character; what the font lacks looks like a question mark. */
export function glyphsOf(text: string): Glyph[] {
  glyphs ??= new Map(OUTLINES.slice(1, -1).split('\n').map(readGlyph))
  const known = glyphs
  return [...text.normalize('NFC')].map(letter => known.get(letter) ?? known.get('?')!)
}

/** A contour as lines: between two points off the curve there is one on it, half-way. */
function flat(contour: readonly CurvePoint[]): Point[] {
  const points = contour.flatMap((point, i) => {
    const last = contour.at(i - 1)!
    return point.isOn || last.isOn ? [point] : [between(last, point, 0.5), point]
  })
  return points.flatMap((point, i) => {
    if (point.isOn) return [point]
    const [from, to] = [points.at(i - 1)!, points[(i + 1) % points.length]!]
    return Array.from({ length: LINES - 1 }, (_, k) => {
      const t = (k + 1) / LINES
      return between(between(from, point, t), between(point, to, t), t)
    })
  })
}

const between = (a: Point, b: Point, t: number): CurvePoint => ({
  x: a.x + t * (b.x - a.x),
  y: a.y + t * (b.y - a.y),
  isOn: true,
})

/** letters.ts says how a line is written. */
function readGlyph(line: string): [string, Glyph] {
  let at = 1
  const digit = () => DIGITS.indexOf(line[at++]!)
  const number = () => {
    const first = digit()
    return first < SHORT ? first : SHORT + (first - SHORT) * DIGITS.length + digit()
  }
  const signed = (value: number) => (value & 1 ? -(value >> 1) - 1 : value >> 1)
  const advance = number() / GRID
  const contours: Point[][] = []
  let [x, y] = [0, 0]
  while (at < line.length) {
    const contour = Array.from({ length: number() }, () => {
      const coded = number()
      x += signed(coded >> 1) / GRID
      y += signed(number()) / GRID
      return { x, y, isOn: (coded & 1) === 0 }
    })
    contours.push(flat(contour))
  }
  return [line[0]!, { advance, contours }]
}
