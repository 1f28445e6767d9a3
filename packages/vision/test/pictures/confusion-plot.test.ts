import { confusionPlot } from '@dl/vision'
import { describe, expect, it } from 'vitest'

const matrix = {
  classes: ['cat', 'dog', 'R&B'],
  counts: [
    [16, 4, 0],
    [1, 3, 0],
    [0, 0, 0],
  ],
}

const all = (svg: string, pattern: RegExp) => [...svg.matchAll(pattern)].map(match => match[1]!)

describe('confusionPlot', () => {
  const svg = confusionPlot(matrix, { title: 'Pets < 3' })

  it('has a cell for each pair, its count, and a sentence that says it', () => {
    expect(all(svg, /class="(?:deep|pale|none)"[^>]*>(\d+)</g).map(Number)).toEqual(
      matrix.counts.flat(),
    )
    expect(all(svg, /<title>(.*?)<\/title>/g)).toEqual([
      'cat recognised: 16 of 20',
      'cat taken for dog: 4 of 20',
      'cat taken for R&amp;B: 0 of 20',
      'dog taken for cat: 1 of 4',
      'dog recognised: 3 of 4',
      'dog taken for R&amp;B: 0 of 4',
      'R&amp;B taken for cat: 0 of 0',
      'R&amp;B taken for dog: 0 of 0',
      'R&amp;B recognised: 0 of 0',
    ])
  })

  it('colours by the root of the part of the row, and writes light on deep colour', () => {
    const depths = [Math.sqrt(0.8), Math.sqrt(0.2), 0, 0.5, Math.sqrt(0.75), 0, 0, 0, 0]
    expect(all(svg, /fill-opacity="([\d.]+)"/g).map(Number)).toEqual(
      depths.map(depth => expect.closeTo(depth, 3)),
    )
    expect(all(svg, /class="(deep|pale|none)"/g).join(' ')).toBe(
      'deep pale none pale deep none none none none',
    )
  })

  it('puts actual classes in rows and predicted ones in columns', () => {
    // the four cats taken for dogs: first row, second column
    const cells = [...svg.matchAll(/<rect class="cell" x="(\d+)" y="(\d+)"/g)]
    const [x, y] = [0, 1].map(k => cells.map(match => Number(match[k + 1])))
    expect(x![1]).toBeGreaterThan(x![0]!)
    expect(y![1]).toBe(y![0])
    expect(y![3]).toBeGreaterThan(y![0]!)
  })

  it('has room for its heading', () => {
    const width = (title: string) =>
      Number(confusionPlot(matrix, { title }).match(/ width="(\d+)"/)![1])
    expect(width('A'.repeat(60))).toBeGreaterThan(60 * 10)
    expect(width('A')).toBeLessThan(320)
  })

  it('names classes, axes and accuracy, escaped', () => {
    expect(all(svg, /class="tick"[^>]*>(.*?)</g)).toEqual(
      ['cat', 'dog', 'R&amp;B'].flatMap(name => [name, name]),
    )
    expect(svg).toContain('>predicted<')
    expect(svg).toContain('>actual<')
    expect(svg).toContain('>79.17 % of 24<')
    expect(svg).toContain('>Pets &lt; 3<')
  })

  it('grows with its numbers', () => {
    const width = (counts: number[][]) =>
      Number(
        confusionPlot({ classes: ['a', 'b'], counts }).match(/class="cell".*?width="(\d+)"/)![1],
      )
    expect(
      width([
        [1e12, 0],
        [0, 1],
      ]),
    ).toBeGreaterThan(
      width([
        [1, 0],
        [0, 1],
      ]),
    )
  })

  it('refuses a matrix that is no square of the classes', () => {
    expect(() => confusionPlot({ classes: ['a', 'b'], counts: [[1, 2]] })).toThrow(
      'a matrix of 1 rows of 2 goes with 2 classes; expected a row and a column for each class.',
    )
    expect(() => confusionPlot({ classes: [], counts: [] })).toThrow('a matrix of 0 rows of 0')
  })
})
