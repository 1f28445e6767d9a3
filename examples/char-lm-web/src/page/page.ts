/** Training in front of the eyes: what main.ts of char-lm does on a command line. */
import { type Callback, plot } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import { files, splitRows, take } from '@dl/data'
import { LR, lesson, lessonField, MIN_FREQ } from '@dl/example-char-lm/lesson'
import { type Cell, LanguageModelData } from '@dl/text'
import { element, problem, sampleList, showBackend, waitFor } from './elements'
import { asOnlyTab, forgetRun, keepRun, keptRun, type RunPlan, runSaver } from './kept-run'
import { type Parameters, readParameters } from './parameters'
import sonnets from './sonnets.txt?raw'
import { useBackend } from './use-backend'

const PROMPT = 'shall i '
const SEED = 42
/** Often enough to look alive, rarely enough to cost nothing. */
const REDRAW_MS = 200
/**
 * Small batches, because the texts that one tries in a page are small; few different lengths,
 * because WebGL compiles a program for each.
 */
const BATCHES = { bs: 16, bptt: 16, lengthStep: 8 }

/** How many letters it writes after an epoch. */
const LETTERS = 140
const form = element('controls', HTMLFormElement)
const start = element('start', HTMLButtonElement)
const stop = element('stop', HTMLButtonElement)
const goOn = element('goOn', HTMLButtonElement)

function choice(name: string): string {
  return String(new FormData(form).get(name))
}

async function corpus(): Promise<string> {
  const source = choice('source')
  if (source === 'url') return files.readText(choice('url'))
  const file = new FormData(form).get('file')
  if (source === 'file' && file instanceof File && file.size > 0) return file.text()
  if (source === 'sonnets') return sonnets
  throw new DlError('no-file', {
    problem: 'no file was chosen',
    fix: 'Choose one, or the sonnets.',
  })
}

/** Shows the numbers and the curve of a run, and lets it write after each epoch. */
function audience(
  curve: { lossSvg(): string },
  write: (after: string, length: number) => Promise<void>,
): Callback {
  let drawn = 0
  let began = 0
  let batches = 0
  const draw = () => {
    element('chart', HTMLElement).innerHTML = curve.lossSvg()
    drawn = performance.now()
  }
  return {
    name: 'audience',
    order: 5, // after the recorder
    onPhaseBegin() {
      began = performance.now()
      batches = 0
    },
    onBatchEnd({ epoch, epochs, batch, batchesInEpoch, smoothLoss }) {
      batches++
      if (performance.now() - drawn < REDRAW_MS) return
      const milliseconds = (performance.now() - began) / batches
      element('epoch', HTMLElement).textContent = `${epoch + 1} of ${epochs}`
      element('loss', HTMLElement).textContent = smoothLoss.toFixed(3)
      element('speed', HTMLElement).textContent = `${milliseconds.toFixed(1)} ms`
      element('progress', HTMLProgressElement).value = (epoch + batch / batchesInEpoch) / epochs
      draw()
    },
    async onEpochEnd({ epoch, epochs, metrics }) {
      const { valLoss } = metrics
      element('valLoss', HTMLElement).textContent = valLoss?.toFixed(3) ?? '–'
      draw()
      if (epoch + 1 < epochs) await write(`after epoch ${epoch + 1}`, LETTERS)
    },
    onTrainEnd: draw,
  }
}

/** A new run, of what the form says. */
async function planned({ batches }: Parameters): Promise<RunPlan> {
  const text = await corpus()
  const [hidden, epochs] = [Number(choice('hidden')), Number(choice('epochs'))]
  return { text, cell: choice('cell') as Cell, hidden, epochs, batches }
}

async function train(plan: RunPlan, letters: number, isKept: boolean, signal: AbortSignal) {
  manualSeed(SEED)
  const { text, cell, hidden, epochs } = plan
  const [train, validation] = splitRows(text, { fraction: 0.8 })
  const data = LanguageModelData.fromTexts({ train, validation }, lessonField(), {
    ...BATCHES,
    minFreq: MIN_FREQ,
    seed: SEED,
  })
  const run = lesson(data, {
    cell,
    hidden,
    layers: 1,
    epochs,
    cycleMult: 2,
    lr: LR[cell],
    wd: 1e-5,
  })
  const samples = sampleList(PROMPT)
  const write = async (after: string, length: number) => {
    const onToken = samples.begin(after)
    await run.write(PROMPT, { length, temperature: 0.7, seed: SEED, onToken })
  }
  const curve = plot({
    path: false,
    print: false,
    title: `${cell.toUpperCase()}, state of ${hidden}`,
  })
  const callbacks = [curve, audience(curve, write)]
  const onSaved = (path: string) => {
    document.body.dataset.saved = path
  }
  const { saver, resume } = isKept ? await runSaver(onSaved) : { saver: [], resume: undefined }
  try {
    const { history, stopped, resumed } = await run.train(limit(data, plan), {
      callbacks: callbacks.concat(saver),
      resume,
      signal,
    })
    document.body.dataset.history = JSON.stringify(history)
    document.body.dataset.resumed = String(resumed?.step ?? 0)
    if (stopped === null) {
      element('progress', HTMLProgressElement).value = 1
      if (isKept) await forgetRun()
    }
    await write(stopped === null ? 'in the end' : 'when it was stopped', letters)
  } finally {
    run.dispose()
  }
}

/** `?batches=8` looks at so many batches of an epoch, for a quick try. */
function limit({ train, validation }: LanguageModelData, { batches }: RunPlan) {
  if (batches === null) return { train, validation }
  return { train: take(train, batches), validation: take(validation, batches) }
}

/** A new run, or the kept one where it is given; only one tab keeps its own. */
async function onTrain(asked: Parameters, kept: RunPlan | null): Promise<void> {
  const controller = new AbortController()
  const abort = () => controller.abort()
  stop.addEventListener('click', abort)
  start.disabled = goOn.disabled = true
  stop.disabled = false
  problem(null)
  document.body.dataset.state = 'training'
  try {
    await asOnlyTab(async isOnly => {
      const plan = kept ?? (await planned(asked))
      if (isOnly && kept === null) await keepRun(plan)
      if (isOnly) reloadGoesOn(true)
      await train(plan, asked.letters, isOnly, controller.signal)
    })
    document.body.dataset.state = 'done'
  } catch (error) {
    problem(error)
    document.body.dataset.state = 'failed'
  } finally {
    stop.removeEventListener('click', abort)
    start.disabled = goOn.disabled = false
    stop.disabled = true
    reloadGoesOn(false)
    await offerKept()
  }
}

/** While it trains, `?resume` stands in the address for `?start`. */
function reloadGoesOn(does: boolean): void {
  const address = new URLSearchParams(location.search)
  address.delete('start')
  address.delete('resume')
  if (does) address.set('resume', '')
  history.replaceState(null, '', `?${address}`)
}

/** Shows whether there is a run to go on with. */
async function offerKept(): Promise<RunPlan | null> {
  const kept = await keptRun()
  goOn.hidden = kept === null
  return kept
}

/** Goes on with the kept run, which the form then shows. */
async function resume(asked: Parameters): Promise<void> {
  const kept = await offerKept()
  if (kept === null) {
    problem(
      new DlError('no-checkpoint', {
        problem: 'no run of this page waits to go on',
        expected: 'one that a reload, a crash or Stop has interrupted, in this browser',
        fix: 'Train a new one.',
      }),
    )
    return
  }
  const { cell, hidden, epochs } = kept
  showFields({ cell, hidden: String(hidden), epochs: String(epochs) })
  await onTrain(asked, kept)
}

/** Chooses a value, which the address may have and the form not offer. */
function choose(field: HTMLSelectElement, value: string): void {
  if (![...field.options].some(option => option.value === value)) field.add(new Option(value))
  field.value = value
}

function showFields(fields: Record<string, string>): void {
  for (const [name, value] of Object.entries(fields)) {
    const field = form.elements.namedItem(name)
    if (field instanceof HTMLSelectElement) choose(field, value)
    if (field instanceof HTMLInputElement) field.value = value
  }
}

/** Fills the form from the address, so that a run can be linked to: `?cell=lstm&epochs=7&start`. */
function fillForm(fields: Record<string, string>): void {
  showFields(fields)
  const showExtras = () => {
    for (const extra of form.querySelectorAll<HTMLElement>('.extra')) {
      extra.classList.toggle('wanted', extra.dataset.for === choice('source'))
    }
  }
  form.addEventListener('change', showExtras)
  showExtras()
}

async function open(): Promise<void> {
  const asked = readParameters(new URLSearchParams(location.search))
  fillForm(asked.fields)
  element('prompt', HTMLElement).textContent = PROMPT.trim()
  showBackend(asked.backend)
  element('machine', HTMLElement).textContent = await useBackend(asked.backend)
  form.addEventListener('submit', event => {
    event.preventDefault()
    void onTrain(asked, null)
  })
  goOn.addEventListener('click', () => void resume(asked))
  await offerKept()
  document.body.dataset.state = 'ready'
  if (asked.resume) await resume(asked)
  else if (asked.start) form.requestSubmit()
}

void waitFor(open)
