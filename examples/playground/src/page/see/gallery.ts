/** The pictures that may be looked at; pointing at one, or reaching it by the tab key, chooses it. */
import type { PixelImage } from '@dl/vision'
import { element, make } from '../dom'
import { paint } from './paint'

export interface Gallery {
  /** The place of the picture that is looked at. */
  readonly chosen: number
  /** Shows these, and looks at the first. */
  show(images: readonly PixelImage[]): void
}

export function gallery(onChoice: () => void): Gallery {
  const root = element('gallery', HTMLElement)
  let chosen = 0
  const mark = () => {
    for (const [i, button] of [...root.children].entries()) {
      button.setAttribute('aria-pressed', String(i === chosen))
    }
  }
  const newButton = (image: PixelImage, i: number) => {
    const canvas = make('canvas')
    paint(canvas, image)
    const button = make('button', { type: 'button', 'aria-label': `Picture ${i + 1}` }, canvas)
    for (const event of ['pointerenter', 'focus', 'click']) {
      button.addEventListener(event, () => {
        if (chosen === i) return
        chosen = i
        mark()
        onChoice()
      })
    }
    return button
  }
  return {
    get chosen() {
      return chosen
    },
    show(images) {
      chosen = 0
      root.replaceChildren(...images.map(newButton))
      mark()
      onChoice()
    },
  }
}
