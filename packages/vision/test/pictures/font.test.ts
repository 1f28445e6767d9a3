import { describe, expect, it } from 'vitest'
import { drawText, fitText, lineHeight, textWidth } from '../../src/pictures/font'
import { ASCENT, DESCENT, GRID } from '../../src/pictures/letters'
import { glyphsOf } from '../../src/pictures/outlines'

const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')
const KNOWN = `${ASCII}…–—×°±·éèêàáâçñíóöüäßÄÖÜÉ`

const ink = (text: string, size: number) =>
  drawText(text, size).data.reduce((sum, value) => sum + value / 255, 0)

/** A picture in letters, blank to full. */
const shown = (text: string, size: number) => {
  const { width, height, data } = drawText(text, size)
  const rows = Array.from({ length: height }, (_, y) =>
    [...data.subarray(y * width, (y + 1) * width)]
      .map(v => ' .:*#'[Math.round(v / 63.75)])
      .join(''),
  )
  return rows.map(row => row.trimEnd()).filter(row => row !== '')
}

/** By the shoelace formula, in squares of the size. */
const areaOf = (letter: string) =>
  Math.abs(
    glyphsOf(letter)[0]!
      .contours.flatMap(points =>
        points.map((b, i) => {
          const a = points.at(i - 1)!
          return (a.x * b.y - b.x * a.y) / 2
        }),
      )
      .reduce((a, b) => a + b, 0),
  )

describe('drawText', () => {
  it('draws letters', () => {
    expect(shown('e', 13)).toEqual([
      '   ..',
      ' .###*',
      ' #:  **',
      '.#...:#',
      ':#*****',
      '.#.',
      ' #*  **',
      ' .*##*.',
    ])
  })

  it.each(['l', 'O', 'e', 'W', '…', 'ö', '8'])('covers exactly the area of %s', letter => {
    expect(ink(letter, 40) / 40 ** 2).toBeCloseTo(areaOf(letter), 3)
    expect(ink(letter, 13) / 13 ** 2).toBeCloseTo(areaOf(letter), 2)
  })

  it('grows with the square of the size', () => {
    expect(ink('Sphinx', 32) / ink('Sphinx', 16)).toBeCloseTo(4, 1)
  })

  it('keeps each letter inside of its line', () => {
    for (const letter of KNOWN) {
      for (const { x, y } of glyphsOf(letter)[0]!.contours.flat()) {
        expect(y * GRID, letter).toBeLessThanOrEqual(ASCENT)
        expect(y * GRID, letter).toBeGreaterThanOrEqual(-DESCENT)
        // half a pixel of j hangs over at most
        expect(Math.abs(x), letter).toBeLessThan(2)
      }
      const { width, height, data } = drawText(letter, 16)
      expect([width, height], letter).toEqual([Math.ceil(textWidth(letter, 16)), lineHeight(16)])
      expect(data, letter).toHaveLength(width * height)
    }
  })

  it('stands letters on a line, to a fraction of a pixel across', () => {
    const { width, data } = drawText('HHH', 14.3)
    const rows = Array.from({ length: lineHeight(14.3) }, (_, y) =>
      data.subarray(y * width, (y + 1) * width).some(value => value > 0),
    )
    const base = Math.ceil((ASCENT * 14.3) / GRID)
    expect([rows[base - 1], rows[base]]).toEqual([true, false])
    expect(ink('HHH', 14.3)).toBeCloseTo(3 * ink('H', 14.3), 0)
  })

  it('knows letters however they are written, and asks about others', () => {
    expect(drawText('e\u0301', 16)).toEqual(drawText('é', 16))
    expect(drawText('漢😀\n', 16)).toEqual(drawText('???', 16))
    expect(drawText('?', 16)).not.toEqual(drawText('!', 16))
    const outlines = [...KNOWN].map(letter => JSON.stringify(glyphsOf(letter)))
    expect(new Set(outlines).size).toBe([...KNOWN].length)
  })

  it('draws nothing where there is nothing', () => {
    expect(drawText('', 13)).toMatchObject({ width: 0, data: new Uint8Array(0) })
    expect(ink(' ', 13)).toBe(0)
  })
})

describe('textWidth', () => {
  it('adds up advances, in proportion to the size', () => {
    expect(textWidth('l', 16)).toBeLessThan(textWidth('m', 16) / 2)
    expect(textWidth('lm', 16)).toBeCloseTo(textWidth('l', 16) + textWidth('m', 16), 9)
    expect(textWidth('lm', 32)).toBeCloseTo(2 * textWidth('lm', 16), 9)
  })
})

describe('fitText', () => {
  it('cuts what is too long, with an ellipsis', () => {
    const room = textWidth('golden r…', 13)
    expect(fitText('golden retriever', 13, room)).toBe('golden r…')
    expect(fitText('golden retriever', 13, room - 0.1)).toBe('golden…')
    expect(fitText('golden r…', 13, room)).toBe('golden r…')
    expect(fitText('', 13, 0)).toBe('')
    expect(fitText('mm', 13, textWidth('…', 13))).toBe('…')
    expect(fitText('mm', 13, 1)).toBe('')
  })

  it('never takes more than the room', () => {
    for (let room = 0; room < 120; room += 7) {
      expect(textWidth(fitText('the quick brown fox', 14, room), 14)).toBeLessThanOrEqual(room)
    }
  })
})
