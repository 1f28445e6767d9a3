/** The film of a run: what it wrote each time its loss had clearly fallen. */
import { element, make } from '../dom'
import type { Sample } from '../worker/protocol'
import { letterElements } from './sample'

export function film() {
  const strip = element('film', HTMLElement)
  return {
    clear() {
      strip.replaceChildren()
    },
    add({ loss, step, letters }: Sample) {
      const title = make(
        'h3',
        {},
        make('b', {}, loss.toFixed(2)),
        ` after ${step.toLocaleString('en')}`,
      )
      strip.append(make('li', {}, title, make('p', {}, ...letterElements(letters))))
      strip.scrollLeft = strip.scrollWidth
    },
  }
}
