/** The film of a run: what it wrote each time its loss had clearly fallen. */
import { element, make } from '../dom'
import type { Sample } from '../worker/protocol'
import { letterElements } from './sample'

export function film() {
  const strip = element('film', HTMLElement)
  // arrow keys scroll it
  strip.tabIndex = 0
  return {
    clear() {
      strip.replaceChildren()
    },
    add({ loss, step, letters }: Sample) {
      const title = make(
        'h3',
        {},
        make('b', { class: 'loss' }, loss.toFixed(2)),
        ` after ${step.toLocaleString('en')}`,
      )
      strip.append(make('li', {}, title, make('p', { class: 'frame' }, ...letterElements(letters))))
      strip.scrollLeft = strip.scrollWidth
    },
  }
}
