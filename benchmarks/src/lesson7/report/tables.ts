/** The guide's tables, of what is committed. */
import { ROWS, type Row, type RowName, STUDIES } from '../rows'
import type { CommittedRun } from './runs'

const NOT_YET = 'not run yet'

/** Mean, and the range where there are several. */
function told(values: readonly number[], digits = 4): string {
  if (values.length === 0) return NOT_YET
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length === 1) return mean.toFixed(digits)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return `${mean.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)}, ${values.length} seeds)`
}

type Figure = 'valLoss' | 'accuracy' | 'ttaAccuracy'

const figures = (runs: readonly CommittedRun[], name: RowName, peer: boolean, figure: Figure) =>
  runs.flatMap(({ record, ...run }) => {
    const value = record.row === name && run.peer === peer ? record[figure] : undefined
    return value === undefined ? [] : [value]
  })

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** Reference, ours, and PyTorch's on the same files. */
export function referenceTable(runs: readonly CommittedRun[]): string {
  const rows = (Object.entries(ROWS) as [RowName, Row][]).filter(([, row]) => row.twin !== false)
  const lines = rows.flatMap(([name, row]) => {
    const { printed, bound, measure } = row
    const what = measure === 'valLoss' ? 'loss' : 'accuracy'
    const own = [
      `\`${name}\``,
      what,
      String(printed),
      bound === null ? 'the twin' : `≤ ${bound}`,
      told(figures(runs, name, false, measure)),
      told(figures(runs, name, true, measure)),
    ]
    if (row.kind === 'text' || row.tta === undefined) return [line(own)]
    const [ours, theirs] = [false, true].map(peer =>
      told(figures(runs, name, peer, 'ttaAccuracy')),
    ) as [string, string]
    return [line(own), line([`\`${name}\`, TTA`, what, String(row.tta), 'the twin', ours, theirs])]
  })
  const head = ['row', 'of validation', 'lecture', 'must reach', 'ours', 'PyTorch twin']
  return [line(head), line(['---', '---', '--:', '--:', '--:', '--:']), ...lines].join('\n')
}

/** What the lecture claims in words. */
export function studiesTable(runs: readonly CommittedRun[]): string {
  const lines = Object.entries(STUDIES).flatMap(([study, names]) =>
    names.map((name, i) =>
      line([
        i === 0 ? study : '',
        `\`${name}\``,
        told(figures(runs, name, false, 'accuracy')),
        told(figures(runs, name, false, 'valLoss'), 3),
      ]),
    ),
  )
  const head = ['study', 'row', 'accuracy', 'validation loss']
  return [line(head), line(['---', '---', '--:', '--:']), ...lines].join('\n')
}

/** The text with what stands between a pair of markers replaced. */
export function withPart(text: string, name: string, part: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [from, to] = [text.indexOf(open), text.indexOf(close)]
  if (from < 0 || to < from) throw new Error(`There is no pair of markers ${open} … ${close}`)
  return `${text.slice(0, from + open.length)}\n${part}\n${text.slice(to)}`
}
