/**
 * Line charts as standalone SVG text: no library, no browser needed, and the same file everywhere.
 * The chart brings its background and follows the viewer's light or dark setting.
 */
import { checkOptions, DlError } from '@dl/core'
import { checkText } from '../checks'
import { checkMarks, checkScale, checkSeries, checkSize } from './checks'
import { type Scale, type ScaleKind, scale } from './scale'
import { extent, type Mark, type Point, pointsOf, type Series, thin } from './series'

export interface ChartOptions {
  title?: string
  xLabel?: string
  yLabel?: string
  /** Default 860 × 460. */
  width?: number
  height?: number
  /** `log` leaves out points that are not above 0 (default `linear`). */
  xScale?: ScaleKind
  yScale?: ScaleKind
  /** Vertical lines, such as the ends of cycles. */
  marks?: readonly Mark[]
}

const NAMES = [
  'height',
  'marks',
  'title',
  'width',
  'xLabel',
  'xScale',
  'yLabel',
  'yScale',
] as const satisfies (keyof ChartOptions)[]

const MARGIN = { top: 62, right: 28, bottom: 54, left: 74 }
const LIGHT = ['#2563eb', '#ea580c', '#059669', '#9333ea', '#dc2626', '#0891b2']
const DARK = ['#60a5fa', '#fb923c', '#34d399', '#c084fc', '#f87171', '#22d3ee']
/** About as wide as a character of the legend gets, in pixels. */
const CHARACTER = 6.6

/**
 * Draws series over common axes. Long series are thinned to what the picture can show.
 *
 * @example
 * ```ts
 * import { lineChartSvg } from '@dl/callbacks'
 *
 * const svg = lineChartSvg([{ label: 'loss', y: [3, 2, 1.5] }], { title: 'Training' })
 * svg.slice(0, 4) // → <svg
 * ```
 */
export function lineChartSvg(series: readonly Series[], options: ChartOptions = {}): string {
  checkSeries('lineChartSvg', series)
  checkOptions('lineChartSvg', options, NAMES)
  const { width = 860, height = 460, xScale = 'linear', yScale = 'linear', marks = [] } = options
  const { title = '', xLabel = '', yLabel = '' } = options
  checkSize('lineChartSvg', { width, height })
  checkMarks('lineChartSvg', marks)
  for (const [name, kind] of Object.entries({ xScale, yScale })) {
    checkScale('lineChartSvg', name, kind)
  }
  for (const [name, value] of Object.entries({ title, xLabel, yLabel })) {
    checkText('lineChartSvg', name, value)
  }
  const inner = {
    left: MARGIN.left,
    top: MARGIN.top,
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom,
  }
  if (!(inner.width >= 40 && inner.height >= 40)) {
    throw new DlError('bad-option', {
      problem: `the chart is ${width} × ${height}`,
      expected: `at least ${MARGIN.left + MARGIN.right + 40} × ${MARGIN.top + MARGIN.bottom + 40}`,
    })
  }
  const lines = series.map((one, i) => ({
    ...one,
    style: one.style ?? 'line',
    color: (one.color ?? i) % LIGHT.length,
    points: visible(pointsOf(one), xScale, yScale),
  }))
  const x = axis(xScale, xRange(lines.map(line => line.points)), Math.max(2, inner.width / 90), 0)
  const y = axis(yScale, yRange(lines), Math.max(2, inner.height / 48), 0.04)
  const px = (value: number): number => inner.left + x.at(value) * inner.width
  const py = (value: number): number => inner.top + (1 - y.at(value)) * inner.height
  const right = inner.left + inner.width
  const bottom = inner.top + inner.height

  const grid = [
    ...y.ticks.map(t => segment('grid', inner.left, py(t), right, py(t))),
    ...x.ticks.map(t => segment('grid', px(t), inner.top, px(t), bottom)),
  ]
  const labels = [
    ...y.ticks.map(t => text('tick', inner.left - 10, py(t) + 4, y.label(t), 'end')),
    ...x.ticks.map(t => text('tick', px(t), bottom + 20, x.label(t), 'middle')),
    text('name', inner.left + inner.width / 2, height - 13, xLabel, 'middle'),
    `<g transform="rotate(-90)">${text('name', -(inner.top + inner.height / 2), 21, yLabel, 'middle')}</g>`,
  ]
  const order = { faint: 0, line: 1, points: 2 }
  const drawn = [...lines]
    .sort((a, b) => order[a.style] - order[b.style])
    .map(line => {
      const thinned = thin(line.points, Math.ceil(inner.width))
      const path = `<path class="${line.style} s${line.color}" d="${pathData(thinned, px, py)}"/>`
      const dots = line.style === 'points' || thinned.length === 1 ? thinned : []
      return path + dots.map(([a, b]) => dot(line.color, px(a), py(b))).join('')
    })

  const clip = `dl-plot-${width}x${height}`
  return `<svg xmlns="http://www.w3.org/2000/svg" class="dl-chart" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title || 'chart')}">
<style>${css()}</style>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>
<clipPath id="${clip}"><rect x="${inner.left}" y="${inner.top - 4}" width="${inner.width + 4}" height="${inner.height + 5}"/></clipPath>
${text('title', inner.left, 34, title, 'start')}
${legend(lines, right)}
${grid.join('')}
${marks
  .filter(m => m.x >= x.low && m.x <= x.high)
  .map(m => markLine(m, px(m.x), inner.top, bottom, width - 6))
  .join('')}
<g clip-path="url(#${clip})">
${drawn.join('\n')}
</g>
${segment('axis', inner.left, bottom, right, bottom)}
${labels.join('')}
</svg>
`
}

interface Line extends Series {
  style: 'line' | 'faint' | 'points'
  color: number
  points: readonly Point[]
}

/** What the scales can place; on a log axis a y that is not above 0 is a gap. */
const visible = (points: readonly Point[], xScale: ScaleKind, yScale: ScaleKind): Point[] =>
  points
    .filter(([x]) => Number.isFinite(x) && (xScale === 'linear' || x > 0))
    .map(([x, y]) => [x, yScale === 'log' && y <= 0 ? Number.NaN : y] as const)

function xRange(all: readonly (readonly Point[])[]): [number, number] | null {
  return extent(all.flatMap(points => points.map(([x]) => x)))
}

/** Outliers of a faint series do not squeeze the others: they are cut off. */
function yRange(lines: readonly Line[]): [number, number] | null {
  const ys = (faint: boolean): number[] =>
    lines.filter(l => (l.style === 'faint') === faint).flatMap(l => l.points.map(([, y]) => y))
  const bold = extent(ys(false))
  const pale = extent(ys(true), bold === null ? 0 : 0.01)
  if (bold === null || pale === null) return bold ?? pale
  return [Math.min(bold[0], pale[0]), Math.max(bold[1], pale[1])]
}

function axis(kind: ScaleKind, range: [number, number] | null, count: number, pad: number): Scale {
  // nothing to show: an empty chart with axes all the same
  const [low, high] = range ?? (kind === 'log' ? [1, 10] : [0, 1])
  if (kind === 'log') return scale(kind, low, high, count)
  // values of one sign keep it: no axis goes below 0 for the sake of a margin
  const margin = (high - low) * pad
  return scale(kind, low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin, count)
}

function pathData(
  points: readonly Point[],
  px: (x: number) => number,
  py: (y: number) => number,
): string {
  let pen = 'M'
  let data = ''
  for (const [x, y] of points) {
    if (Number.isFinite(y)) {
      data += `${pen}${fixed(px(x))} ${fixed(py(y))}`
      pen = 'L'
    } else {
      pen = 'M'
    }
  }
  return data
}

/** From the right edge leftwards, so that it ends where the plot ends. */
function legend(lines: readonly Line[], right: number): string {
  let at = right
  const parts: string[] = []
  for (const { label, style, color } of [...lines].reverse()) {
    at -= label.length * CHARACTER
    parts.push(text('key', at, 34, label, 'start'))
    parts.push(
      `<path class="${style} s${color} sample" d="M${fixed(at - 28)} 30H${fixed(at - 8)}"/>`,
    )
    if (style === 'points') parts.push(dot(color, at - 18, 30))
    at -= 28 + 20
  }
  return parts.join('')
}

const markLine = (
  { label = '' }: Mark,
  x: number,
  top: number,
  bottom: number,
  edge: number,
): string =>
  segment('mark', x, top, x, bottom) +
  text('note', Math.min(x, edge - (label.length * CHARACTER) / 2), top - 6, label, 'middle')

const segment = (kind: string, x1: number, y1: number, x2: number, y2: number): string =>
  `<path class="${kind}" d="M${fixed(x1)} ${fixed(y1)}L${fixed(x2)} ${fixed(y2)}"/>`

const dot = (color: number, x: number, y: number): string =>
  Number.isFinite(y)
    ? `<circle class="dot f${color}" cx="${fixed(x)}" cy="${fixed(y)}" r="3.6"/>`
    : ''

const text = (kind: string, x: number, y: number, content: string, anchor: string): string =>
  content === ''
    ? ''
    : `<text class="${kind}" x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${escapeXml(content)}</text>`

const fixed = (value: number): string => String(Number(value.toFixed(1)))

const escapeXml = (content: string): string =>
  content.replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

interface Theme {
  paper: string
  edge: string
  ink: string
  soft: string
  grid: string
  palette: readonly string[]
}

/** Every selector stays inside the chart, also where its text becomes part of a page. */
const rules = (table: Readonly<Record<string, string>>): string =>
  Object.entries(table)
    .map(([selectors, style]) => {
      const scoped = selectors.split(' ').map(selector => `.dl-chart ${selector}`)
      return `${scoped.join()}{${style}}`
    })
    .join('')

const theme = ({ paper, edge, ink, soft, grid, palette }: Theme): string =>
  rules({
    '.paper': `fill:${paper};stroke:${edge}`,
    '.title': `fill:${ink}`,
    '.key .name .tick .note': `fill:${soft}`,
    '.grid': `stroke:${grid}`,
    '.axis .mark': `stroke:${soft}`,
    '.dot': `stroke:${paper}`,
    ...Object.fromEntries(palette.map((color, i) => [`.s${i}`, `stroke:${color}`])),
    ...Object.fromEntries(palette.map((color, i) => [`.f${i}`, `fill:${color}`])),
  })

function css(): string {
  const light = theme({
    paper: '#ffffff',
    edge: '#e2e8f0',
    ink: '#0f172a',
    soft: '#64748b',
    grid: '#eef2f6',
    palette: LIGHT,
  })
  const dark = theme({
    paper: '#0f172a',
    edge: '#1e293b',
    ink: '#f1f5f9',
    soft: '#94a3b8',
    grid: '#1e293b',
    palette: DARK,
  })
  const shapes = rules({
    text: 'font-family:ui-sans-serif,system-ui,"Segoe UI",Helvetica,Arial,sans-serif;font-size:12px',
    '.title': 'font-size:17px;font-weight:600',
    '.tick .note': 'font-size:11px',
    path: 'fill:none',
    '.line .points': 'stroke-width:2;stroke-linejoin:round;stroke-linecap:round',
    '.faint': 'stroke-width:1;opacity:.28',
    '.sample.faint': 'stroke-width:3',
    '.mark': 'stroke-dasharray:3 4;opacity:.6',
    '.dot': 'stroke-width:1.5',
  })
  return `${shapes}${light}@media (prefers-color-scheme:dark){${dark}}`
}
