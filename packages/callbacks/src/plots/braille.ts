/** Line charts for the terminal: a braille character holds 2 × 4 dots. */
import { checkOptions, DlError } from '@dl/core'
import { checkScale, checkSeries, checkSize } from './checks'
import { type ScaleKind, scale } from './scale'
import { extent, type Point, pointsOf, type Series } from './series'

export interface BrailleOptions {
  /** Characters, labels included (default 64). */
  width?: number
  /** Lines of the plot, without the line of x labels and the legend (default 10). */
  height?: number
  /** `log` leaves out points that are not above 0 (default `linear`). */
  xScale?: ScaleKind
}

/** The bit of each dot of a cell, by column and row. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

/**
 * Draws series over common axes as text. Series of style `points` are drawn as circles, others as
 * lines; `faint` ones are left out.
 *
 * @example
 * ```ts
 * import { brailleChart } from '@dl/callbacks'
 *
 * const text = brailleChart([{ label: 'loss', y: [4, 3, 2, 1] }], { width: 20, height: 2 })
 * text.split('\n')[0] // → 4 ┤⠉⠑⠒⠒⠢⠤⢄⣀⡀
 * ```
 */
export function brailleChart(series: readonly Series[], options: BrailleOptions = {}): string {
  checkSeries('brailleChart', series)
  const {
    width = 64,
    height = 10,
    xScale = 'linear',
  } = checkOptions('brailleChart', options, ['height', 'width', 'xScale'])
  checkScale('brailleChart', 'xScale', xScale)
  checkSize('brailleChart', { width, height })
  const shown = series.filter(({ style }) => style !== 'faint')
  const lines = shown.map(one => ({
    style: one.style,
    points: pointsOf(one).filter(([x]) => xScale === 'linear' || x > 0),
  }))
  const finite = lines.flatMap(({ points }) => points.filter(([, y]) => Number.isFinite(y)))
  const xs = extent(finite.map(([x]) => x)) ?? (xScale === 'log' ? [1, 10] : [0, 1])
  const ys = extent(finite.map(([, y]) => y)) ?? [0, 1]
  const x = scale(xScale, xs[0], xs[1], 4)
  const y = scale('linear', ys[0], ys[1], Math.max(2, height / 3))

  const names = [y.high, y.low].map(value => value.toPrecision(3)).map(trimZeros)
  const margin = Math.max(...names.map(name => name.length))
  const columns = width - margin - 2
  if (!(columns >= 4 && height >= 2)) {
    throw new DlError('bad-option', {
      problem: `the chart has ${width} × ${height} characters`,
      expected: `at least ${margin + 6} × 2`,
    })
  }

  const cells = Array.from({ length: height }, () => new Array<number>(columns).fill(0))
  const overlay = new Map<string, string>()
  const dotX = ([px]: Point): number => Math.round(x.at(px) * (columns * 2 - 1))
  const dotY = (py: number): number => Math.round((1 - y.at(py)) * (height * 4 - 1))
  const set = (column: number, row: number): void => {
    const line = cells[row >> 2]!
    line[column >> 1]! |= DOTS[column % 2]![row % 4]!
  }
  for (const { style, points } of lines) {
    if (style !== 'points') {
      strokes(points, dotX, dotY, set)
      continue
    }
    for (const point of points) {
      if (Number.isFinite(point[1])) overlay.set(`${dotX(point) >> 1},${dotY(point[1]) >> 2}`, '●')
    }
  }

  const rows = cells.map((line, row) => {
    const name = row === 0 ? names[0]! : row === height - 1 ? names[1]! : ''
    const drawn = line.map((bits, column) => overlay.get(`${column},${row}`) ?? character(bits))
    return `${name.padStart(margin)} ${name === '' ? '│' : '┤'}${drawn.join('')}`.trimEnd()
  })
  const [first, last] = [x.low, x.high].map(value =>
    xScale === 'log' ? x.label(value) : trimZeros(value.toPrecision(6)),
  )
  const axis = ' '.repeat(margin + 2) + first!.padEnd(columns - last!.length) + last
  const legend = shown.map(({ label, style }) => `${style === 'points' ? '●' : '⠒⠒'} ${label}`)
  return [...rows, axis, `${' '.repeat(margin + 2)}${legend.join('   ')}`].join('\n')
}

/** Joins neighbouring points with dots; a gap in y lifts the pen. */
function strokes(
  points: readonly Point[],
  dotX: (point: Point) => number,
  dotY: (y: number) => number,
  set: (column: number, row: number) => void,
): void {
  let previous: [number, number] | null = null
  for (const point of points) {
    if (!Number.isFinite(point[1])) {
      previous = null
      continue
    }
    const [column, row]: [number, number] = [dotX(point), dotY(point[1])]
    const [fromColumn, fromRow]: [number, number] = previous ?? [column, row]
    const steps = Math.max(Math.abs(column - fromColumn), Math.abs(row - fromRow), 1)
    for (let i = 0; i <= steps; i++) {
      set(
        Math.round(fromColumn + ((column - fromColumn) * i) / steps),
        Math.round(fromRow + ((row - fromRow) * i) / steps),
      )
    }
    previous = [column, row]
  }
}

const character = (bits: number): string => (bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits))

const trimZeros = (text: string): string =>
  text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text
