/** The controls above the run, and the state in them. */
import { LR_RANGE, type State } from './address'
import type { Availability } from './backends'
import { element, make, show } from './dom'
import type { Store } from './store'
import type { BackendName } from './worker/protocol'

/** What the sentence above the run chooses. */
const CHOSEN = ['text', 'cell', 'hidden', 'seed'] as const

const fieldOf = (name: (typeof CHOSEN)[number]): HTMLInputElement | HTMLSelectElement =>
  name === 'seed' ? element(name, HTMLInputElement) : element(name, HTMLSelectElement)

/** @returns what shows the state in them */
export function controls(store: Store, availability: Availability): () => void {
  for (const name of CHOSEN) {
    const field = fieldOf(name)
    field.addEventListener('change', () => {
      const { value } = field
      if (field instanceof HTMLInputElement && !field.reportValidity()) return
      const isNumber = name === 'hidden' || name === 'seed'
      store.set({ [name]: isNumber ? Number(value) : value })
    })
  }
  const slider = element('lr', HTMLInputElement)
  const [least, most] = LR_RANGE.map(Math.log10) as [number, number]
  Object.assign(slider, { min: String(least), max: String(most), step: '0.02' })
  slider.addEventListener('input', () => {
    store.set({ lr: Number((10 ** Number(slider.value)).toPrecision(2)) })
  })
  const backends = element('backends', HTMLElement)
  for (const [name, { title, missing }] of Object.entries(availability)) {
    const radio = make('input', { type: 'radio', name: 'backend', value: name })
    radio.disabled = missing !== null
    radio.addEventListener('change', () => store.set({ backend: name as BackendName }))
    const why: Record<string, string> = missing ? { title: missing } : {}
    backends.append(
      make('label', why, radio, make('span', {}, title), missing && make('small', {}, missing)),
    )
  }
  return () => sync(store.state)
}

/** Shows the state in the controls. */
function sync(state: State): void {
  for (const name of CHOSEN) {
    const field = fieldOf(name)
    const value = String(state[name])
    if (
      field instanceof HTMLSelectElement &&
      ![...field.options].some(one => one.value === value)
    ) {
      field.add(new Option(value))
    }
    field.value = value
  }
  element('lr', HTMLInputElement).value = String(Math.log10(state.lr))
  show('lr-value', String(state.lr))
  element('look', HTMLInputElement).value = state.look
  for (const radio of element('backends', HTMLElement).querySelectorAll('input')) {
    radio.checked = radio.value === state.backend
  }
}
