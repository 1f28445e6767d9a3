/** "Write like …": a language model that trains while one looks on. */
import { DlError } from '@dl/core'
import sonnets from '@dl/example-char-lm-web/sonnets.txt?raw'
import { DEFAULTS, partsOf, planOf, type State } from '../address'
import { element, make, show } from '../dom'
import { type Curve, lossChart, newCurve } from '../loss-chart'
import { type Plan, TEXTS } from '../plan'
import { noProblem, problem, type Remedy } from '../problem'
import type { Store } from '../store'
import type { News, OwnText } from '../worker/protocol'
import { film } from './film'
import { drawValues } from './look'
import { readOwnText } from './own-text'
import { programOf } from './program'
import { programDialog } from './program-dialog'
import { type RemoteRun, remoteRun } from './run'
import { sampleView } from './sample'
import { type Loaded, listSaved, load, remove, save } from './saves'

const chooseFile = (): void => element('file', HTMLInputElement).click()

/** What makes another run of it. */
const OF_THE_RUN = ['text', 'cell', 'hidden', 'bs', 'bptt', 'seed', 'epochs'] as const

export interface WriteView {
  /** The view is looked at, or it is not and rests. */
  visible(is: boolean): void
  takeFile(file: File): Promise<void>
  readonly own: OwnText | null
}

/** @param syncControls shows the state in the controls */
export function writeView(store: Store, syncControls: () => void): WriteView {
  const chart = lossChart(element('chart', HTMLElement))
  const sample = sampleView(element('sample', HTMLElement), element('letter', HTMLElement))
  const strip = film()
  let own: OwnText | null = null
  let run: RemoteRun | null = null
  let plan: Plan = planOf(store.state)
  let curve: Curve = newCurve()
  let before: Curve | null = null
  let kept: Uint8Array | null = null
  let isVisible = false
  let isDrawn = true

  const draw = () => {
    isDrawn = true
    chart.draw(curve, before)
  }
  const redraw = () => {
    if (isDrawn) requestAnimationFrame(draw)
    isDrawn = false
  }
  const setState = (state: string) => {
    document.body.dataset.state = state
    const running = state === 'training'
    element('go', HTMLButtonElement).textContent = running ? 'Pause' : 'Train'
    element('step', HTMLButtonElement).disabled = state === 'done' || state === 'failed'
    element('go', HTMLButtonElement).disabled = state === 'done' || state === 'failed'
    show('status', { loading: 'building the net …', done: 'all epochs are done' }[state] ?? '')
  }

  function hear(news: News): void {
    if (news.kind === 'ready') {
      show('machine', `${news.machine}. ${news.parameters.toLocaleString('en')} parameters.`)
      element('paths', HTMLElement).replaceChildren(
        ...news.paths.map(value => make('option', { value })),
      )
    } else if (news.kind === 'points') {
      curve.losses.splice(news.from, Infinity, ...news.losses)
      curve.smooth.splice(news.from, Infinity, ...news.smooth)
      curve.lrs.splice(news.from, Infinity, ...news.lrs)
      showNumbers(news)
      redraw()
    } else if (news.kind === 'judged') {
      curve.judged.push({ step: news.step, valLoss: news.valLoss })
      show('valLoss', news.valLoss.toFixed(3))
      redraw()
    } else if (news.kind === 'sample') {
      if (news.isFrame) strip.add(news)
      else {
        sample.show(news)
        const lacks = news.unknown.map(letter => `“${letter}”`).join(', ')
        show('unknown', lacks && `The text has no ${lacks}: the net reads it as an unknown letter.`)
      }
    } else if (news.kind === 'state') setState(news.state)
    else if (news.kind === 'snapshot') kept = news.bytes
    else if (news.kind === 'values') drawValues(news.values, news.share)
    else if (news.kind === 'problem') complain(news)
  }

  function showNumbers({ epoch, msPerBatch }: Extract<News, { kind: 'points' }>): void {
    document.body.dataset.step = String(curve.losses.length)
    show('epoch', String(Math.min(plan.epochs, epoch + 1)))
    show('loss', curve.smooth.at(-1)?.toFixed(3) ?? '–')
    if (msPerBatch !== null) show('speed', `${msPerBatch.toFixed(msPerBatch < 10 ? 1 : 0)} ms`)
  }

  function complain({ message, code }: { message: string; code: string }): void {
    // a path that nothing has: the run goes on
    if (code === 'no-module') {
      show('look-problem', message)
      return
    }
    run?.end()
    run = null
    setState('failed')
    const remedies: Remedy[] = [['Start again', () => start()]]
    if (code === 'device-lost' || (code === 'bug' && store.state.backend !== 'wasm')) {
      remedies.unshift(['Go on with wasm', () => store.set({ backend: 'wasm' })])
    } else if (code === 'nan-loss' || code === 'nan-gradient') {
      const { lr } = DEFAULTS
      remedies[0] = [
        `Start again at ${lr}`,
        () => {
          store.set({ lr })
          start()
        },
      ]
    } else if (store.state.text !== 'sonnets') {
      remedies.unshift(
        ['Choose a file', chooseFile],
        ['Read Shakespeare', () => store.set({ text: 'sonnets' })],
      )
    }
    problem(new DlError(code, { problem: message.replace(/\.$/, '') }), ...remedies)
  }

  /** @param from what to go on from; else it begins anew, and the last curve stays for comparison */
  function start(from?: { bytes: Uint8Array }): void {
    run?.end()
    noProblem()
    if (curve.losses.length > 0 && !from) before = curve
    curve = newCurve()
    document.body.dataset.step = '0'
    kept = from?.bytes ?? null
    if (!from) strip.clear()
    const { state } = store
    plan = planOf(state)
    if (state.text === 'own' && own === null) {
      needText()
      return
    }
    setState('loading')
    run = remoteRun(
      {
        kind: 'train',
        backend: state.backend,
        ...{ plan, own: state.text === 'own' ? own : null },
        prompt: promptNow(),
        resume: kept,
        isPaused: state.paused || !isVisible,
      },
      hear,
    )
    if (from) run.send({ kind: 'lr', lr: state.lr })
    if (state.look) run.send({ kind: 'look', paths: state.look })
    showPlan(state)
    redraw()
  }

  function needText(): void {
    run = null
    setState('failed')
    problem(
      new DlError('no-text', {
        problem: 'the address says “a text of mine”, and the text itself is not in it',
        fix: 'Drop a text on this page, or choose one.',
      }),
      ['Choose a file', chooseFile],
      ['Read Shakespeare', () => store.set({ text: 'sonnets' })],
    )
  }

  /** Goes on with the backend of the address from where the run is, or was when it was last kept. */
  async function swap(): Promise<void> {
    const { backend } = store.state
    const bytes = run ? await run.snapshot().catch(() => kept) : kept
    if (store.state.backend === backend) start(bytes ? { bytes } : undefined)
  }

  const prompt = element('prompt', HTMLInputElement)
  const promptNow = (): string =>
    prompt.value ||
    (store.state.text === 'own' && own ? own.text.trim().slice(0, 8) : '') ||
    TEXTS[store.state.text].prompt

  function showPlan({ text }: State): void {
    prompt.placeholder = promptNow()
    const option = element('text', HTMLSelectElement).querySelector('option[value=own]')!
    option.textContent = own ? own.name : TEXTS.own.title
    show('lead', before ? 'The dashed curve is the run before.' : '')
    document.title = `Write like ${text === 'own' && own ? own.name : TEXTS[text].title} · @dl playground`
  }

  async function showSaved(): Promise<void> {
    const list = element('saved', HTMLElement)
    const saved = await listSaved()
    list.replaceChildren(
      ...saved.map(({ path, title }) => {
        const open = make('button', { type: 'button' }, title)
        const away = make('button', { type: 'button', 'aria-label': `Remove ${title}` }, '×')
        open.addEventListener('click', () => attempt(async () => goOn(await load(path))))
        away.addEventListener('click', () =>
          attempt(async () => {
            await remove(path)
            await showSaved()
          }),
        )
        return make('li', {}, open, away)
      }),
    )
  }

  function goOn({ bytes, plan: saved, lr, own: text }: Loaded): void {
    own = text ?? own
    store.note({ ...partsOf(saved), lr })
    syncControls()
    start({ bytes })
  }

  const attempt = (work: () => Promise<void>) =>
    void work().catch(async error => {
      problem(error)
      await showSaved().catch(() => {})
    })

  element('go', HTMLButtonElement).addEventListener('click', () =>
    store.set({ paused: document.body.dataset.state === 'training' }),
  )
  element('step', HTMLButtonElement).addEventListener('click', () => {
    run?.send({ kind: 'step' })
    store.set({ paused: true })
  })
  element('restart', HTMLButtonElement).addEventListener('click', () => start())
  element('save', HTMLButtonElement).addEventListener('click', () =>
    attempt(async () => {
      if (!run) return
      await save(await run.snapshot(), plan.text === 'own' ? own : null)
      await showSaved()
    }),
  )
  element('prompt-form', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    run?.send({ kind: 'write', prompt: promptNow() })
  })
  element('look-form', HTMLFormElement).addEventListener('submit', event => {
    event.preventDefault()
    store.set({ look: element('look', HTMLInputElement).value.trim() })
  })
  programDialog(() => ({
    program: programOf(plan, curve.lrs),
    text: plan.text === 'own' ? (own?.text ?? '') : plan.text === 'sonnets' ? sonnets : null,
    losses: curve.losses,
  }))

  store.onChange((state, changed) => {
    if (changed.has('lr')) run?.send({ kind: 'lr', lr: state.lr })
    if (changed.has('look')) {
      show('look-problem', '')
      element('values', HTMLElement).replaceChildren()
      run?.send({ kind: 'look', paths: state.look || null })
    }
    if (changed.has('paused')) run?.send({ kind: state.paused ? 'pause' : 'go' })
    if (changed.has('text') && state.text === 'own' && own === null) {
      chooseFile()
    }
    if (OF_THE_RUN.some(name => changed.has(name))) start()
    else if (changed.has('backend')) void swap()
  })
  attempt(showSaved)

  return {
    get own() {
      return own
    },
    visible(is) {
      isVisible = is
      if (run === null && is) start()
      else if (!store.state.paused) run?.send({ kind: is ? 'go' : 'pause' })
    },
    async takeFile(file) {
      own = await readOwnText(file)
      prompt.value = ''
      if (store.state.text === 'own') start()
      else store.set({ text: 'own' })
    },
  }
}
