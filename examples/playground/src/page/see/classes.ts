/** The classes as chips: how likely each is, and which one a map is about. */
import { element, make } from '../dom'

/** Classes a screen holds: the likeliest of a thousand. */
const MOST = 12

export interface ClassChips {
  /** The class a map is about, or null for the one that the net sees. */
  readonly target: number | null
  name(of: number): string
  show(names: readonly string[]): void
  probabilities(of: readonly number[]): void
}

/** @param onTarget called when a map is to be about another class */
export function classChips(onTarget: () => void): ClassChips {
  const root = element('classes', HTMLElement)
  let names: readonly string[] = []
  let target: number | null = null
  /** What a click has chosen; the pointer shows others for as long as it is there. */
  let fixed: number | null = null

  const classOf = (chip: HTMLElement) => Number(chip.dataset.class)
  const chips = () => [...root.querySelectorAll('button')]
  const turnTo = (next: number | null) => {
    if (next === target) return
    target = next
    onTarget()
  }
  const newChip = (name: string, i: number) => {
    const attributes = { type: 'button', class: 'chip', 'data-class': String(i) }
    const chip = make('button', attributes, make('span', {}, name), make('span'))
    chip.addEventListener('click', () => {
      fixed = fixed === classOf(chip) ? null : classOf(chip)
      for (const one of chips()) one.setAttribute('aria-pressed', String(classOf(one) === fixed))
      turnTo(fixed)
    })
    chip.addEventListener('pointerenter', ({ pointerType }) => {
      if (pointerType === 'mouse') turnTo(classOf(chip))
    })
    chip.addEventListener('pointerleave', () => turnTo(fixed))
    return chip
  }
  const name = (i: number) => names[i] ?? `class ${i}`

  return {
    get target() {
      return target
    },
    name,
    show(next) {
      names = next
      target = fixed = null
      root.replaceChildren(...names.slice(0, MOST).map(newChip))
    },
    probabilities(of) {
      const order = [...of.keys()]
      if (of.length > MOST) order.sort((a, b) => of[b]! - of[a]!)
      for (const [place, chip] of chips().entries()) {
        const i = order[place]!
        chip.dataset.class = String(i)
        chip.style.setProperty('--p', String(of[i]))
        const [title, value] = chip.querySelectorAll('span')
        title!.textContent = name(i)
        value!.textContent = percent(of[i]!)
      }
    },
  }
}

export const percent = (probability: number): string => `${Math.round(100 * probability)} %`

/** The place of the largest. */
export const likeliest = (probabilities: readonly number[]): number =>
  probabilities.indexOf(Math.max(...probabilities))
