/** "See what it sees": a small image net that is trained while one looks into it. */
import { DlError } from '@dl/core'
import { element, show } from '../dom'
import { type Curve, lossChart, newCurve } from '../loss-chart'
import { noProblem, problem } from '../problem'
import type { Store } from '../store'
import { camera } from './camera'
import { classChips, likeliest, percent } from './classes'
import { type Filed, filesOf } from './folders'
import { gallery } from './gallery'
import { LARGE_SIDE, pictureOf, picturesOf, SIDE } from './own-pictures'
import { paint } from './paint'
import type { Method, OwnPictures, SeeNews, SeeOrder, Sight } from './protocol'

/** While it learns, its sight changes; looking costs a step's time. */
const LOOK_MS = 600

type Start =
  | { kind: 'shapes' }
  | { kind: 'pictures'; own: OwnPictures }
  | { kind: 'weights'; name: string; bytes: Uint8Array }

export interface SeeView {
  /** The view is looked at, or it is not and rests. */
  visible(is: boolean): void
  /** Weights, or a picture for the gallery. */
  takeFile(file: File): Promise<void>
  takeFolders(files: readonly Filed[]): Promise<void>
}

export function seeView(store: Store): SeeView {
  const seen = element('seen', HTMLCanvasElement)
  const [method, layer] = ['method', 'layer'].map(id => element(id, HTMLSelectElement)) as [
    HTMLSelectElement,
    HTMLSelectElement,
  ]
  const go = element('see-go', HTMLButtonElement)
  const zoom = element('zoom', HTMLButtonElement)
  const chips = classChips(look)
  const pictures = gallery(look)
  const chart = lossChart(element('see-chart', HTMLElement), 220)
  let worker: Worker | null = null
  let begun: Start = { kind: 'shapes' }
  let curve: Curve = newCurve()
  let sight: Sight | null = null
  let asked = 0
  let isWaiting = false
  let isStale = false
  let lookedAt = 0
  let state = 'loading'

  const send = (order: SeeOrder) => worker?.postMessage(order)

  /** One question at a time; what was pointed at meanwhile is skipped but for the last. */
  function look(): void {
    if (isWaiting) {
      isStale = true
      return
    }
    isWaiting = true
    isStale = false
    lookedAt = performance.now()
    send({
      ...{ kind: 'look', id: ++asked, picture: pictures.chosen, target: chips.target },
      ...{ method: method.value as Method, layer: layer.value },
      zoom: zoom.getAttribute('aria-pressed') === 'true',
    })
  }

  function hear(news: SeeNews): void {
    if (news.kind === 'ready') {
      show('see-machine', `${news.machine}. ${news.parameters.toLocaleString('en')} parameters.`)
      layer.replaceChildren(...news.layers.map(name => new Option(`layer ${name}`, name)))
      layer.value = news.layers.at(-1) ?? ''
      chips.show(news.classes)
    } else if (news.kind === 'gallery') {
      pictures.show(news.images)
    } else if (news.kind === 'points') {
      curve.losses = news.losses
      curve.smooth = news.smooth
      document.body.dataset.step = String(curve.losses.length)
      show('see-epoch', String(Math.min(news.epochs, news.epoch + 1)))
      show('see-loss', curve.smooth.at(-1)?.toFixed(3) ?? '–')
      chart.draw(curve, null)
      if (performance.now() - lookedAt > LOOK_MS) look()
    } else if (news.kind === 'judged') {
      curve.judged.push({ step: news.step, valLoss: news.valLoss })
      show('see-accuracy', `${Math.round(100 * news.accuracy)} %`)
    } else if (news.kind === 'state') setState(news.state)
    else if (news.kind === 'sight') {
      isWaiting = false
      sight = news
      showSight(news)
      seen.dataset.looks = String(news.id)
      if (isStale) look()
    } else {
      end()
      setState('failed')
      const { message, code } = news
      const remedy = code === 'device-lost' ? 'Go on with wasm' : 'Back to the shapes'
      problem(new DlError(code, { problem: message.replace(/\.$/, '') }), [
        remedy,
        () => {
          if (code === 'device-lost') store.set({ backend: 'wasm' })
          else start({ kind: 'shapes' })
        },
      ])
    }
  }

  function setState(next: string): void {
    state = next
    element('see', HTMLElement).dataset.state = next
    go.textContent = next === 'training' ? 'Pause' : 'Train'
    go.disabled = next !== 'training' && next !== 'paused'
    const words: Record<string, string> = {
      loading: 'building the net …',
      done: begun.kind === 'weights' ? 'These weights are as they came.' : 'It has learnt.',
    }
    show('see-status', words[next] ?? '')
  }

  function showSight({ shown, probabilities, peak, places }: Sight): void {
    paint(seen, shown)
    chips.probabilities(probabilities)
    const best = likeliest(probabilities)
    show('verdict', `It sees ${chips.name(best)}`)
    const about = chips.name(chips.target ?? best)
    seen.setAttribute('aria-label', `The picture under its map: what speaks for ${about}`)
    seen.style.cursor = places ? 'crosshair' : 'default'
    element('closer', HTMLElement).hidden = peak === null
    if (peak === null) return
    paint(element('part', HTMLCanvasElement), peak.part)
    const again = likeliest(peak.probabilities)
    const words = `${chips.name(again)}, ${percent(peak.probabilities[again]!)}`
    show('part-verdict', `Of this part alone: ${words}`)
  }

  // what the net takes a place for
  seen.addEventListener('pointermove', ({ offsetX, offsetY }) => {
    const places = sight?.places
    if (!places) return
    const at = (offset: number, length: number, count: number) =>
      Math.max(0, Math.min(count - 1, Math.floor((offset / length) * count)))
    const row = at(offsetY, seen.clientHeight, places.rows)
    const column = at(offsetX, seen.clientWidth, places.columns)
    const here = places.probabilities[row * places.columns + column]!
    chips.probabilities(here)
    show('verdict', `Here it sees ${chips.name(likeliest(here))}`)
  })
  seen.addEventListener('pointerleave', () => sight && showSight(sight))

  function end(): void {
    worker?.terminate()
    worker = null
    isWaiting = isStale = false
  }

  function start(next: Start): void {
    end()
    noProblem()
    begun = next
    curve = newCurve()
    sight = null
    chart.draw(curve, null)
    for (const id of ['see-loss', 'see-accuracy', 'see-epoch']) show(id, '–')
    show('verdict', 'It has not looked yet')
    show('see-what', next.kind === 'pictures' ? next.own.classes.join(' and ') : 'four shapes')
    setState('loading')
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<SeeNews>) => hear(data))
    worker.addEventListener('error', ({ message }) => {
      hear({ kind: 'problem', message: message || 'The worker could not be started.', code: 'bug' })
    })
    const { backend, seed, paused } = store.state
    send({ ...next, backend, seed, isPaused: paused } as SeeOrder)
  }

  async function takeFolders(files: readonly Filed[]): Promise<void> {
    const { own, leftOut } = await picturesOf(files)
    start({ kind: 'pictures', own })
    if (leftOut.length > 0) {
      problem(
        `${leftOut.length} of ${files.length} files are no pictures and left out: ${leftOut.slice(0, 3).join(', ')}`,
      )
    }
  }

  /** A net that somebody has trained on photographs wants them larger. */
  const isLarge = () => layer.options[0]?.value.startsWith('layer') === true

  async function takeFile(file: File): Promise<void> {
    if (/\.(safetensors|pth?|th)$/i.test(file.name)) {
      const bytes = new Uint8Array(await file.arrayBuffer())
      start({ kind: 'weights', name: file.name, bytes })
      return
    }
    const image = await pictureOf(file, isLarge() ? LARGE_SIDE : SIDE)
    send({ kind: 'show', image })
  }

  go.addEventListener('click', () => send({ kind: state === 'training' ? 'pause' : 'go' }))
  element('see-restart', HTMLButtonElement).addEventListener('click', () => start(begun))
  for (const select of [method, layer]) select.addEventListener('change', look)
  const syncLayer = () => {
    layer.disabled = method.value === 'cam'
  }
  method.addEventListener('change', syncLayer)
  syncLayer()
  zoom.addEventListener('click', () => {
    zoom.setAttribute('aria-pressed', String(zoom.getAttribute('aria-pressed') !== 'true'))
    look()
  })
  for (const [id, take] of [
    ['folders', (files: FileList) => takeFolders(filesOf(files))],
    ['weights', (files: FileList) => takeFile(files[0]!)],
  ] as const) {
    const input = element(`${id}-input`, HTMLInputElement)
    element(id, HTMLButtonElement).addEventListener('click', () => input.click())
    input.addEventListener('change', () => {
      if (input.files?.length) take(input.files).catch(problem)
      input.value = ''
    })
  }
  camera(own => start({ kind: 'pictures', own }))
  store.onChange((_state, changed) => {
    if ((changed.has('backend') || changed.has('seed')) && worker) start(begun)
  })

  return {
    takeFile,
    takeFolders,
    visible(is) {
      if (is && worker === null) start(begun)
      else if (worker) send({ kind: is && !store.state.paused ? 'go' : 'pause' })
    },
  }
}
