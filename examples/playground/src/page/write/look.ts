/** The net's inside as pictures: blue below zero, red above, each as strong as its own largest value. */
import { element, make, show } from '../dom'
import type { Values } from '../worker/protocol'

const WIDTH = 4

export function drawValues(values: readonly Values[], share: number): void {
  const list = element('values', HTMLElement)
  const known = new Map([...list.children].map(item => [(item as HTMLElement).dataset.name, item]))
  const items = values.map(value => {
    const item = known.get(value.name) ?? newItem(value.name)
    const [canvas, caption] = [item.querySelector('canvas')!, item.querySelector('span')!]
    draw(canvas, value)
    caption.textContent = `${value.shape.join(' × ')}   mean ${short(value.mean)}, ± ${short(value.deviation)}`
    return item
  })
  list.replaceChildren(...items)
  show('look-cost', share > 0 ? `${(100 * share).toFixed(1)} % of the time` : '')
}

const newItem = (name: string): HTMLElement =>
  make(
    'li',
    { 'data-name': name },
    make('code', {}, name),
    make('canvas', { role: 'img', 'aria-label': name }),
    make('span'),
  )

function draw(canvas: HTMLCanvasElement, { rows, columns, cells }: Values): void {
  if (canvas.width !== columns || canvas.height !== rows) {
    Object.assign(canvas, { width: columns, height: rows })
    // a bias is a line: it gets the height of one
    canvas.style.height = `${Math.max(16, Math.min(144, rows * WIDTH))}px`
  }
  const most = cells.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12)
  const image = new ImageData(columns, rows)
  for (const [i, value] of cells.entries()) {
    const strength = Math.sqrt(Math.abs(value) / most)
    image.data.set(
      value < 0 ? [47, 107, 235, 255 * strength] : [222, 92, 45, 255 * strength],
      4 * i,
    )
  }
  canvas.getContext('2d')!.putImageData(image, 0, 0)
}

const short = (value: number): string =>
  Math.abs(value) >= 1e-3 || value === 0 ? value.toFixed(3) : value.toExponential(1)
