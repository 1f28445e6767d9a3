/** Opens the page: its address, its controls, the view that is asked for. */
import { readAddress, type View } from './address'
import { availableBackends } from './backends'
import { controls } from './controls'
import { element } from './dom'
import { drops } from './drops'
import { findView } from './find/view'
import { problem } from './problem'
import { seeView } from './see/view'
import { storeOf } from './store'
import { writeView } from './write/view'

const VIEWS = ['write', 'lr-finder', 'see'] as const
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
