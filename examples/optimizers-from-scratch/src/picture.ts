/**
 * A panel for each rule with its path over contour lines, as SVG that follows the viewer's light or
 * dark setting.
 */
import { contours, levelsOf } from './contours'
import type { Descent } from './descend'
import type { Vector } from './rules'
import type { Surface } from './surfaces'

const [COLUMNS, PANEL, GAP, TOP, LEFT] = [3, { width: 280, height: 200 }, 46, 84, 52]

export function picture(surface: Surface, descents: readonly Descent[]): string {
  const [[left, right], [bottom, top]] = surface.window
  const px = (x: number) => fixed(((x - left) / (right - left)) * PANEL.width)
  const py = (y: number) => fixed(((top - y) / (top - bottom)) * PANEL.height)
  const at = ([x = 0, y = 0]: Vector) => `${px(x)} ${py(y)}`
  const dot = (kind: string, [x = 0, y = 0]: Vector, r: number) =>
    `<circle class="${kind}" cx="${px(x)}" cy="${py(y)}" r="${r}"/>`

  const lines = contours(surface, levelsOf(surface)).map(segments => {
    const data = segments.map(([a, b]) => `M${at(a)}L${at(b)}`).join('')
    return `<path class="contour" d="${data}"/>`
  })
  const ticks = [
    ...marks(left, right).map(x => text('tick', px(x), PANEL.height + 15, String(x), 'middle')),
    ...marks(bottom, top).map(y => text('tick', -7, py(y) + 4, String(y), 'end')),
  ]
  const panels = descents.map(({ rule, lr, path, reached }, i) => {
    const x = LEFT + (i % COLUMNS) * (PANEL.width + GAP)
    const y = TOP + Math.floor(i / COLUMNS) * (PANEL.height + 64)
    const told = reached === null ? '' : ` · ÷1000 in ${reached} steps`
    return `<g transform="translate(${x} ${y})">
${text('rule', 0, -10, rule)}${text('key', PANEL.width, -10, `lr ${lr}${told}`, 'end')}
<use href="#surface"/>
<g clip-path="url(#inner)"><path class="way" d="M${path.map(at).join('L')}"/>
${path
  .slice(1)
  .map(point => dot('stop', point, 1.7))
  .join('')}${dot('end', path.at(-1)!, 3.6)}</g>
</g>`
  })
  const columns = Math.min(COLUMNS, descents.length)
  const width = Math.max(LEFT + columns * (PANEL.width + GAP) - GAP + 24, 480)
  const height = TOP + Math.ceil(descents.length / COLUMNS) * (PANEL.height + 64) - 24
  const [x, y] = [px(surface.minimum[0]!), py(surface.minimum[1]!)]
  return `<svg xmlns="http://www.w3.org/2000/svg" class="dl-descent" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${surface.title}">
<style>${css()}</style>
<defs><clipPath id="inner"><rect width="${PANEL.width}" height="${PANEL.height}"/></clipPath>
<g id="surface"><g clip-path="url(#inner)">
${lines.join('\n')}
<path class="cross" d="M${x - 6} ${y}h12M${x} ${y - 6}v12"/>${dot('start', surface.start, 4)}
</g><rect class="frame" width="${PANEL.width}" height="${PANEL.height}"/>${ticks.join('')}</g></defs>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10"/>
${text('title', LEFT, 36, surface.title)}
${text('key', width - 24, 36, `across ${surface.axes[0]}, up ${surface.axes[1]}`, 'end')}
${panels.join('\n')}
</svg>
`
}

/** Halves inside the window, or whole numbers where those would be many. */
function marks(from: number, to: number): number[] {
  const parts = to - from > 4 ? 1 : 2
  const first = Math.ceil(from * parts) / parts
  const count = Math.floor((to - first) * parts + 1e-9) + 1
  return Array.from({ length: count }, (_, i) => first + i / parts)
}

/** Far outside, where a path has run away, is near enough. */
const fixed = (value: number) => Number(Math.min(Math.max(value, -1e4), 1e4).toFixed(1))

const text = (kind: string, x: number, y: number, content: string, anchor = 'start') =>
  `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${content}</text>`

function css(): string {
  const theme = (paper: string, ink: string, soft: string, line: string, hue: string) =>
    `.paper{fill:${paper};stroke:${line}}.title,.rule,.start{fill:${ink}}.key,.tick{fill:${soft}}
.contour,.frame{stroke:${line}}.cross{stroke:${ink}}.way{stroke:${hue}}.stop,.end{fill:${hue}}`
  return `text{font:12px ui-sans-serif,system-ui,"Segoe UI",Helvetica,Arial,sans-serif}
.title{font-size:17px;font-weight:600}.rule{font-size:13px;font-weight:600}.tick{font-size:10px}
path,.frame{fill:none}.way{stroke-width:1.3;stroke-linejoin:round}.cross{stroke-width:2}
${theme('#ffffff', '#0f172a', '#64748b', '#d3dce6', '#ea580c')}
@media (prefers-color-scheme:dark){${theme('#0f172a', '#f1f5f9', '#94a3b8', '#2f3f57', '#fb923c')}}`
}
