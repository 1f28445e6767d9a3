/** Pictures with captions as one piece of HTML that needs nothing beside it. */
import { DlError, showValue } from '@dl/core'
import type { PixelImage } from '../pixel-image'
import { escapeMarkup, FONT } from './markup'
import { encodePng } from './png'

export interface Figure {
  readonly image: PixelImage
  /** Lines of text below it. */
  readonly caption?: readonly string[]
}

export interface FiguresOptions {
  title?: string
  /** Pictures in a row (default: as many as are nearest to a square). */
  columns?: number
  /** Width of a picture on the page in pixels (default 128); small ones keep their hard edges. */
  width?: number
}

/** Bytes that are spread as arguments at once. */
const CHUNK = 8192

/**
 * A `<figure>` for each picture, in a grid that follows the viewer's light or dark setting.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { figuresHtml } from '@dl/vision'
 *
 * const image = { width: 1, height: 1, channels: 1, data: Uint8Array.of(128) }
 * const html = figuresHtml([{ image, caption: ['a grey dot'] }], { columns: 1 })
 * html.includes('<figcaption><span>a grey dot</span>') // → true
 * ```
 */
export function figuresHtml(figures: readonly Figure[], options: FiguresOptions = {}): string {
  checkFigures(figures)
  // more than these: others hand on what they were given
  if (typeof options !== 'object' || options === null) {
    throw new DlError('bad-option', {
      problem: `the options of figures are ${showValue(options)}`,
      expected: '{ title, columns, width }',
    })
  }
  const { title, columns = Math.ceil(Math.sqrt(figures.length)), width = 128 } = options
  for (const [name, value] of Object.entries({ columns, width })) {
    if (Number.isInteger(value) && (value > 0 || figures.length === 0)) continue
    throw new DlError('bad-option', {
      problem: `${name} is ${showValue(value)}`,
      expected: 'an integer of at least 1',
    })
  }
  const heading = title === undefined ? '' : `<h2>${escapeMarkup(String(title))}</h2>\n`
  return `<div class="dl-figures">
<style>${css(columns, width)}</style>
${heading}<div>
${figures.map(figureHtml).join('\n')}
</div>
</div>
`
}

function checkFigures(figures: readonly Figure[]): void {
  const isFigure = ({ image, caption = [] }: Partial<Figure>) =>
    image !== undefined && Array.isArray(caption) && caption.every(line => typeof line === 'string')
  if (Array.isArray(figures) && figures.every(one => one && isFigure(one))) return
  throw new DlError('bad-option', {
    problem: `the figures are ${showValue(figures)}`,
    expected: 'a list of { image, caption }, captions lists of texts',
  })
}

function figureHtml({ image, caption = [] }: Figure): string {
  const text = caption.map(escapeMarkup)
  const source = `data:image/png;base64,${base64(encodePng(image))}`
  const lines = text.map(line => `<span>${line}</span>`).join('')
  return `<figure><img src="${source}" width="${image.width}" height="${image.height}" alt="${text.join(', ')}"><figcaption>${lines}</figcaption></figure>`
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK))
  }
  return btoa(binary)
}

function css(columns: number, width: number): string {
  const rules = {
    '': `font:12px/1.4 ${FONT};color:#0f172a;background:#ffffff;padding:16px;border-radius:10px;display:inline-block`,
    h2: 'font-size:17px;font-weight:600;margin:0 0 12px',
    '>div': `display:grid;grid-template-columns:repeat(${columns},${width}px);gap:16px`,
    figure: 'margin:0',
    img: `width:${width}px;height:auto;display:block;image-rendering:pixelated;border-radius:4px`,
    span: 'display:block;overflow-wrap:anywhere',
    'span:nth-child(n+2)': 'color:#64748b',
  }
  const light = Object.entries(rules).map(([name, style]) => `.dl-figures ${name}{${style}}`)
  const dark =
    '.dl-figures {color:#f1f5f9;background:#0f172a}.dl-figures span:nth-child(n+2){color:#94a3b8}'
  return `${light.join('')}@media (prefers-color-scheme:dark){${dark}}`
}
