/** Opens the page: its address, its controls, the view that is asked for. */
import { LR_RANGE, readAddress, type State, type View } from './address'
import { type Availability, availableBackends } from './backends'
import { element, make, show } from './dom'
import { findView } from './find/view'
import { problem } from './problem'
import { droppedFiles, type Filed } from './see/folders'
import { type SeeView, seeView } from './see/view'
import { type Store, storeOf } from './store'
import type { BackendName } from './worker/protocol'
import { type WriteView, writeView } from './write/view'

const VIEWS = ['write', 'lr-finder', 'see'] as const
/** What the sentence above the run chooses. */
const CHOSEN = ['text', 'cell', 'hidden', 'seed'] as const

const fieldOf = (name: (typeof CHOSEN)[number]): HTMLInputElement | HTMLSelectElement =>
  name === 'seed' ? element(name, HTMLInputElement) : element(name, HTMLSelectElement)

function controls(store: Store, availability: Availability): () => void {
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

function chooseView(view: View): void {
  for (const name of VIEWS) {
    element(name, HTMLElement).hidden = name !== view
    const link = document.querySelector(`#views [data-view="${name}"]`)
    if (name === view) link?.setAttribute('aria-current', 'page')
    else link?.removeAttribute('aria-current')
  }
}

/** Space pauses and goes on, the full stop takes a step; fields and buttons keep their keys. */
function keyboard(): void {
  document.addEventListener('keydown', event => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
    const { target } = event
    const isTyping =
      target instanceof Element &&
      target.closest('input, select, button, a, summary, [tabindex], dialog')
    if (!isPlain || isTyping || element('write', HTMLElement).hidden) return
    const id = { ' ': 'go', '.': 'step' }[event.key]
    if (id === undefined) return
    event.preventDefault()
    element(id, HTMLButtonElement).click()
  })
}

/** What is dropped goes where it belongs: text to the first view, pictures and weights to the last. */
function drops(write: WriteView, see: SeeView, store: Store): void {
  const take = async (files: readonly Filed[]) => {
    const [first] = files
    if (first === undefined) return
    if (files.some(({ folder }) => folder !== '')) {
      store.set({ view: 'see' })
      await see.takeFolders(files)
    } else if (isForEyes(first.file)) {
      store.set({ view: 'see' })
      await see.takeFile(first.file)
    } else {
      await write.takeFile(first.file)
      store.set({ view: 'write' })
    }
  }
  document.addEventListener('dragover', event => {
    event.preventDefault()
    document.body.classList.add('dropping')
  })
  document.addEventListener('dragleave', () => document.body.classList.remove('dropping'))
  document.addEventListener('drop', event => {
    event.preventDefault()
    document.body.classList.remove('dropping')
    if (event.dataTransfer) droppedFiles(event.dataTransfer).then(take).catch(problem)
  })
  const input = element('file', HTMLInputElement)
  element('open-file', HTMLButtonElement).addEventListener('click', () => input.click())
  input.addEventListener('change', () => {
    const file = input.files?.[0]
    input.value = ''
    if (file) write.takeFile(file).catch(problem)
  })
}

const isForEyes = ({ name, type }: File): boolean =>
  type.startsWith('image/') || /\.(safetensors|pth?|th)$/i.test(name)

async function open(): Promise<void> {
  const { state, problems } = readAddress(new URLSearchParams(location.search))
  const store = storeOf(state)
  const availability = await availableBackends()
  const { missing } = availability[state.backend]
  if (missing !== null) {
    problems.push(`${availability[state.backend].title}: ${missing}. It is wasm instead.`)
    store.note({ backend: 'wasm' })
  }
  if (state.embed) document.body.dataset.embed = state.embed
  const syncControls = controls(store, availability)
  store.onChange(syncControls)
  syncControls()
  const write = writeView(store, syncControls)
  const find = findView(
    store,
    () => write.own,
    lr => store.set(state.embed ? { lr } : { lr, view: 'write' }),
  )
  const see = seeView(store)
  let hasSeen = false
  const showView = () => {
    const { view } = store.state
    chooseView(view)
    write.visible(view === 'write')
    find.visible(view === 'lr-finder')
    if (view === 'see' || hasSeen) see.visible(view === 'see')
    hasSeen ||= view === 'see'
  }
  store.onChange((_state, changed) => {
    if (changed.has('view')) showView()
  })
  for (const link of document.querySelectorAll<HTMLAnchorElement>('#views a')) {
    link.addEventListener('click', event => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return
      event.preventDefault()
      store.set({ view: link.dataset.view as View })
    })
  }
  keyboard()
  drops(write, see, store)
  showView()
  if (problems.length > 0) problem(problems.join(' '))
}

open().catch(problem)
