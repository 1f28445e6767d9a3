/** Rows of figures as cells, and cells as lines. */
import type { Figures, Row } from './race'
import { TARGETS, type Values, verdict } from './targets'

/** One head, then one line for each row; a peer has its time and how many times as fast ours is. */
export function rowCells(rows: readonly Row[]): string[][] {
  const peers = [...new Set(rows.flatMap(({ peers }) => Object.keys(peers)))]
  const cellsOf = ({ name, ours, peers: theirs, ratio }: Row): string[] => [
    name,
    ours ? showMs(ours.ms) : '–',
    ours ? showRate(ours) : '–',
    ...peers.map(peer => {
      const [figures, times] = [theirs[peer] ?? null, ratio[peer] ?? null]
      return figures && times !== null ? `${showMs(figures.ms)} (${times.toFixed(2)}×)` : '–'
    }),
  ]
  return [['', 'ours, ms', 'rate', ...peers], ...rows.map(cellsOf)]
}

/** The targets a suite measures; what a peer was missing for is not measured. */
export function targetCells(values: Values): string[][] {
  const lines = TARGETS.filter(({ key }) => key in values).map(target => {
    const value = values[target.key] ?? null
    const sign = target.better === 'higher' ? '≥' : '≤'
    const figure = value === null ? '–' : value.toFixed(3)
    return [target.key, target.what, figure, `${sign} ${target.goal}`, verdict(target, value)]
  })
  return [['', 'target', 'value', 'goal', 'verdict'], ...lines]
}

/** Columns under each other: the first to the left, those that hold figures to the right. */
export function aligned(cells: readonly (readonly string[])[]): string {
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map(line => line[i]!.length)))
  const figures = cells[0]!.map((_, i) => cells.slice(1).every(line => /^[–≥≤\d]/.test(line[i]!)))
  const lines = cells.map(line =>
    line.map((cell, i) => (figures[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!))),
  )
  return lines.map(line => `${line.join('  ').trimEnd()}\n`).join('')
}

export function markdown([head, ...lines]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
  const rule = head!.map((_, i) => (i === 0 ? '---' : '--:'))
  return [head!, rule, ...lines].map(line).join('')
}

const showMs = (ms: number): string => ms.toFixed(ms < 1 ? 3 : ms < 100 ? 2 : 0)

function showRate({ gflops, gbs, outside }: Figures): string {
  if (outside !== undefined) return `${(100 * outside).toFixed(1)} % outside`
  if (gflops !== undefined) return `${gflops.toFixed(1)} GFLOP/s`
  return gbs === undefined ? '–' : `${gbs.toFixed(1)} GB/s`
}
