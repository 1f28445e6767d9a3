/**
 * Makes the table of letters that captions in pictures are set in, out of a font:
 * `node scripts/fonts/letters.mjs`. Outlines are quadratic, as TrueType has them, on a grid of a
 * 256th of the size.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
// @ts-expect-error it comes without types
import opentype from 'opentype.js'
import { root } from '../workspace.mjs'

const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))
const LETTERS = [...ASCII, ...'…–—×°±·éèêàáâçñíóöüäßÄÖÜÉ']
const GRID = 256
/** What goes into a template literal as it is and is no space. */
const DIGITS = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 33 + i)).replace(
  /[`$\\]/g,
  '',
)
/** Numbers below are one digit, larger ones two, of which the first is this or more. */
const SHORT = 75

const { resolve } = createRequire(import.meta.url)
const file = readFileSync(resolve('@fontsource/inter/files/inter-latin-500-normal.woff'))
const font = opentype.parse(file.buffer.slice(file.byteOffset, file.byteOffset + file.length))
const onGrid = (/** @type {number} */ units) => Math.round((units * GRID) / font.unitsPerEm)

/** @param {number} value from 0 on */
function digits(value) {
  if (value < SHORT) return DIGITS.charAt(value)
  const rest = value - SHORT
  const high = SHORT + Math.floor(rest / DIGITS.length)
  if (high >= DIGITS.length) throw new Error(`${value} has no digits`)
  return DIGITS.charAt(high) + DIGITS.charAt(rest % DIGITS.length)
}

/** Signs in the lowest bit. */
const signed = (/** @type {number} */ value) => (value < 0 ? -2 * value - 1 : 2 * value)

/** The letter, its advance, and for each contour its number of points and their differences. */
function encoded(/** @type {string} */ letter) {
  const glyph = font.charToGlyph(letter)
  if (glyph.index === 0) throw new Error(`the font has no ${letter}`)
  glyph.getPath() // puts the points of composed letters together
  let [x, y] = [0, 0]
  let text = letter + digits(onGrid(glyph.advanceWidth))
  /** @type {{ x: number, y: number, onCurve: boolean, lastPointOfContour: boolean }[]} */
  let contour = []
  for (const point of glyph.points ?? []) {
    contour.push(point)
    if (!point.lastPointOfContour) continue
    text += digits(contour.length)
    for (const { onCurve, ...at } of contour) {
      const [dx, dy] = [onGrid(at.x) - x, onGrid(at.y) - y]
      text += digits(2 * signed(dx) + (onCurve ? 0 : 1)) + digits(signed(dy))
      ;[x, y] = [x + dx, y + dy]
    }
    contour = []
  }
  return text
}

const { copyright, version, licenseURL } = font.names.windows
const digitsInQuotes = `'${DIGITS.replaceAll("'", "\\'")}'`
const source = `/*!
 * Letters of Inter Medium, ${version.en.split(';')[0].toLowerCase()}.
 * ${copyright.en}
 * SIL Open Font License 1.1: ${licenseURL.en}, and OFL.txt of this package.
 * Made by scripts/fonts/letters.mjs.
 */

/** Parts of the size that coordinates and advances count. */
export const GRID = ${GRID}
/** How far letters reach above and below the line they stand on. */
export const [ASCENT, DESCENT] = [${onGrid(font.ascender)}, ${onGrid(-font.descender)}]

/** Digits of the numbers below: one for a number under \`SHORT\`, else two. */
export const DIGITS =
  ${digitsInQuotes}
export const SHORT = ${SHORT}

/**
 * On each line a letter, its advance, and each contour: its number of points, then x and y as the
 * difference to the point before. The lowest bit of x says that a point is off its curve; the
 * next one, and the lowest of y, that the difference is negative.
 */
export const OUTLINES = \`
${LETTERS.map(encoded).join('\n').replace(/[`\\]/g, '\\$&')}
\`
`
const vision = join(root, 'packages/vision')
writeFileSync(join(vision, 'src/pictures/letters.ts'), source)
const license = readFileSync(resolve('@fontsource/inter/LICENSE'), 'utf8')
writeFileSync(
  join(vision, 'OFL.txt'),
  `${copyright.en}\n${license.slice(license.indexOf('\n') + 1)}`,
)
