/** A confusion matrix as standalone SVG text that follows the viewer's light or dark setting. */
import { checkOptions, DlError, showValue } from '@dl/core'
import type { ConfusionMatrix } from '@dl/train'
import { escapeMarkup, FONT } from './markup'

export interface ConfusionPlotOptions {
  title?: string
}

/** About as wide as a character gets, in pixels. */
const CHARACTER = 6.6
const DIGIT = 7.2
const TITLE = 10.5
const TOP = 62
const RIGHT = 28
/** Side of the whole matrix at least. */
const SMALLEST = 180
/** From this depth of colour on, text on it is light. */
const DEEP = 0.55

/**
 * Draws how often each class (a row) was taken for each (a column). Colour is the root of a cell's
 * part of its row, so that rare mistakes are seen; numbers are counts, and the full sentence is a
 * tooltip.
 *
 * @param matrix what `confusionMatrix` gives, or any square of counts with names of classes
 * @throws DlError `shape-mismatch`
 *
 * @example
 * ```ts
 * import { confusionPlot } from '@dl/vision'
 *
 * const svg = confusionPlot({ classes: ['cat', 'dog'], counts: [[9, 1], [2, 8]] })
 * svg.includes('dog taken for cat: 2 of 10') // → true
 * ```
 */
export function confusionPlot(
  matrix: Pick<ConfusionMatrix, 'classes' | 'counts'>,
  options: ConfusionPlotOptions = {},
): string {
  const { title = 'Confusion matrix' } = checkOptions('confusionPlot', options, ['title'])
  checkMatrix(matrix)
  const { classes, counts } = matrix
  const c = classes.length
  if (c === 0 || counts.length !== c || counts.some(row => row.length !== c)) {
    throw new DlError('shape-mismatch', {
      problem: `a matrix of ${counts.length} rows of ${counts[0]?.length ?? 0} goes with ${c} classes`,
      expected: 'a row and a column for each class',
    })
  }
  const widest = Math.max(...counts.flat().map(count => String(count).length))
  // few classes get large cells
  const side = Math.max(32, Math.ceil(widest * DIGIT) + 12, Math.floor(SMALLEST / c))
  const name = Math.max(...classes.map(({ length }) => length)) * CHARACTER
  const left = 46 + Math.ceil(name)
  const bottom = TOP + c * side
  // names below stand at an angle of 45 degrees
  const height = bottom + Math.ceil(name * Math.SQRT1_2) + 62
  const said = accuracyOf(counts)
  const heading = 20 + String(title).length * TITLE + 24 + said.length * CHARACTER + RIGHT
  const width = Math.max(left + c * side + RIGHT, Math.ceil(heading))

  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((a, b) => a + b, 0)
    return row.map((count, j) => {
      const verdict = i === j ? 'recognised' : `taken for ${classes[j]}`
      const hint = `${classes[i]} ${verdict}: ${count} of ${total}`
      return cell(left + j * side, TOP + i * side, side, count, total, hint)
    })
  })
  const names = classes.flatMap((label, i) => [
    text('tick', left - 8, TOP + (i + 0.5) * side + 4, label, 'end'),
    turned(left + (i + 0.5) * side + 4, bottom + 14, -45, text('tick', 0, 0, label, 'end')),
  ])
  return `<svg xmlns="http://www.w3.org/2000/svg" class="dl-confusion" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeMarkup(title)}">
<style>${css()}</style>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>
${text('title', 20, 34, title, 'start')}
${text('name', width - RIGHT, 34, said, 'end')}
${cells.join('\n')}
${names.join('\n')}
${text('name', left + (c * side) / 2, height - 16, 'predicted', 'middle')}
${turned(24, TOP + (c * side) / 2, -90, text('name', 0, 0, 'actual', 'middle'))}
</svg>
`
}

function cell(
  x: number,
  y: number,
  side: number,
  count: number,
  total: number,
  hint: string,
): string {
  const depth = total === 0 ? 0 : Math.sqrt(count / total)
  const kind = count === 0 ? 'none' : depth > DEEP ? 'deep' : 'pale'
  const box = `<rect class="cell" x="${x}" y="${y}" width="${side}" height="${side}" fill-opacity="${fixed(depth, 3)}"/>`
  const number = text(kind, x + side / 2, y + side / 2 + 4, String(count), 'middle')
  return `<g><title>${escapeMarkup(hint)}</title>${box}${number}</g>`
}

function accuracyOf(counts: ConfusionMatrix['counts']): string {
  const total = counts.flat().reduce((a, b) => a + b, 0)
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0)
  return total === 0 ? 'no items' : `${fixed((100 * right) / total, 2)} % of ${total}`
}

const text = (kind: string, x: number, y: number, content: string, anchor: string): string =>
  `<text class="${kind}" x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escapeMarkup(content)}</text>`

const turned = (x: number, y: number, degrees: number, content: string): string =>
  `<g transform="translate(${fixed(x)} ${fixed(y)}) rotate(${degrees})">${content}</g>`

const fixed = (value: number, digits = 1): string => String(Number(value.toFixed(digits)))

/** Every selector stays inside the picture, also where its text becomes part of a page. */
function css(): string {
  const theme = (paper: string, edge: string, ink: string, soft: string, hue: string) =>
    `.dl-confusion .paper{fill:${paper};stroke:${edge}}
.dl-confusion .cell{fill:${hue};stroke:${edge}}
.dl-confusion .title,.dl-confusion .pale{fill:${ink}}
.dl-confusion .name,.dl-confusion .tick,.dl-confusion .none{fill:${soft}}
.dl-confusion .deep{fill:${paper}}`
  return `.dl-confusion text{font-family:${FONT};font-size:12px}
.dl-confusion .title{font-size:17px;font-weight:600}
.dl-confusion .none{opacity:.45}
${theme('#ffffff', '#e2e8f0', '#0f172a', '#64748b', '#2563eb')}
@media (prefers-color-scheme:dark){${theme('#0f172a', '#1e293b', '#f1f5f9', '#94a3b8', '#60a5fa')}}`
}

function checkMatrix(matrix: Pick<ConfusionMatrix, 'classes' | 'counts'>): void {
  const { classes, counts } = (matrix ?? {}) as Partial<ConfusionMatrix>
  const isNamed = Array.isArray(classes) && classes.every(name => typeof name === 'string')
  if (isNamed && Array.isArray(counts) && counts.every(Array.isArray)) return
  throw new DlError('bad-option', {
    problem: `a confusion matrix is ${showValue(matrix)}`,
    expected: '{ classes, counts }: names, and a row of counts for each',
    fix: 'confusionMatrix() of @dl/train gives one.',
  })
}
