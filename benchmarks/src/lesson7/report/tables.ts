/** The guide's tables, of what is committed. */
import { ROWS, type Row, type RowName, STUDIES } from '../rows'
import type { CommittedRun } from './runs'

export const NOT_YET = 'not run yet'

/** Columns are aligned as `l` and `r` say. */
export function tableOf(head: string[], align: string, rows: readonly string[][]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = [...align].map(side => (side === 'r' ? '--:' : '---'))
  return [head, rule, ...rows].map(line).join('\n')
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Mean, and the range where there are several. */
function told(values: readonly number[], digits = 4): string {
  if (values.length === 0) return NOT_YET
  const mean = meanOf(values).toFixed(digits)
  if (values.length === 1) return mean
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return `${mean} (${low.toFixed(digits)}–${high.toFixed(digits)}, ${values.length} seeds)`
}

type Figure = 'valLoss' | 'accuracy' | 'ttaAccuracy'

const figures = (runs: readonly CommittedRun[], name: RowName, peer: boolean, figure: Figure) =>
  runs.flatMap(({ record, ...run }) => {
    const value = record.row === name && run.peer === peer ? record[figure] : undefined
    return value === undefined ? [] : [value]
  })

/** Reference, ours, and PyTorch's on the same files. */
export function referenceTable(runs: readonly CommittedRun[]): string {
  const rows = (Object.entries(ROWS) as [RowName, Row][]).filter(([, row]) => row.twin !== false)
  const lines = rows.flatMap(([name, row]) => {
    const of = (figure: Figure) =>
      [false, true].map(peer => figures(runs, name, peer, figure)) as [number[], number[]]
    const { printed, bound, measure, margin = 0 } = row
    const [ours, theirs] = of(measure)
    const what = measure === 'valLoss' ? 'loss' : 'accuracy'
    const must = bound === null ? `twin − ${margin}` : `≤ ${bound}`
    // how much worse than it must be
    const behind = bound === null ? meanOf(theirs) - margin - meanOf(ours) : meanOf(ours) - bound
    const line = [
      `\`${name}\``,
      what,
      String(printed),
      must,
      told(ours),
      told(theirs),
      verdict(behind),
    ]
    if (row.kind === 'text' || row.tta === undefined) return [line]
    const [own, twin] = of('ttaAccuracy')
    const gains = meanOf(twin) - meanOf(theirs) - (meanOf(own) - meanOf(ours))
    const tta = [String(row.tta), `twin’s gain − ${TTA_MARGIN}`, told(own), told(twin)]
    return [line, [`\`${name}\`, TTA`, what, ...tta, verdict(gains - TTA_MARGIN)]]
  })
  const head = ['row', 'of validation', 'lecture', 'must reach', 'ours', 'PyTorch twin', 'reached']
  return tableOf(head, 'llrrrrl', lines)
}

/** What test-time augmentation may gain less than the twin's. */
const TTA_MARGIN = 0.005

/** Nothing where a mean of no runs went in. */
const verdict = (behind: number): string => {
  if (Number.isNaN(behind)) return ''
  return behind <= 0 ? 'yes' : `no, by ${behind.toFixed(4)}`
}

/** What the lecture claims in words. */
export function studiesTable(runs: readonly CommittedRun[]): string {
  const lines = Object.entries(STUDIES).flatMap(([study, names]) =>
    names.map((name, i) => [
      i === 0 ? study : '',
      `\`${name}\``,
      told(figures(runs, name, false, 'accuracy')),
      told(figures(runs, name, false, 'valLoss'), 3),
    ]),
  )
  return tableOf(['study', 'row', 'accuracy', 'validation loss'], 'llrr', lines)
}

/** The text with what stands between a pair of markers replaced. */
export function withPart(text: string, name: string, part: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(open), text.indexOf(close)]
  if (from < 0 || to < from) throw new Error(`There is no pair of markers ${open} … ${close}`)
  return `${text.slice(0, from + open.length)}\n${part}\n${text.slice(to)}`
}
