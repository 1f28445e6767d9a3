/**
 * Cells at equal numbers of parameters on the lesson's text, from several seeds.
 * `npm run bench -- cells`; runs that are finished are kept, so the same command goes on.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backendInfo } from '@dl/backend-wasm'
import { cosAnneal, progress, terminateOnNaN } from '@dl/callbacks'
import { DlError, manualSeed } from '@dl/core'
import { files, take } from '@dl/data'
import { type Corpus, loadCorpus } from '@dl/example-kit'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { setBackend } from '@tensorflow/tfjs-core'
import { describeMachine } from './harness/machine'
import { end, flag, integer, readOptions } from './harness/options'
import { writeSection } from './harness/results'
import { aligned, markdown } from './harness/table'
import { CELLS, type CellName, cellTask, hiddenFor, parametersOf } from './nets/cells'

const [BS, BPTT] = [64, 32]
const [LR, CLIP] = [5e-3, 1]

const HELP = `Trains ${CELLS.join(', ')} of as many parameters each on Nietzsche.

  --epochs      in one cosine cycle        (default 4)
  --seeds       runs of each, from seed 1  (default 3)
  --parameters  of each                    (default 400000)
  --only        one of the cells
  --out         where finished runs are kept (default runs/cells)
  --quick       a few batches of small ones
  --json        one JSON object as the last line     --write  puts the table into RESULTS.md
`

/** What makes two runs one. */
interface Settings {
  cell: CellName
  seed: number
  hidden: number
  parameters: number
  epochs: number
  batches: number | null
}

interface Run extends Settings {
  valLosses: number[]
  trnLosses: number[]
  /** Of the whole run, validation included. */
  seconds: number
}

const values = readOptions(HELP, {
  epochs: { type: 'string' },
  seeds: { type: 'string' },
  parameters: { type: 'string' },
  only: { type: 'string' },
  out: { type: 'string' },
  quick: flag,
  json: flag,
  write: flag,
})
const { quick, only } = values
const epochs = integer('epochs', values.epochs ?? (quick ? '1' : '4'))
const seeds = integer('seeds', values.seeds ?? (quick ? '1' : '3'))
const parameters = integer('parameters', values.parameters ?? (quick ? '20000' : '400000'), 10_000)
const batches = quick ? 12 : null
if (only !== undefined && !(CELLS as readonly string[]).includes(only)) {
  end(`--only is "${only}"; expected one of ${CELLS.join(', ')}.`, 1)
}
/** The build puts this file to benchmarks/dist. */
const out = values.out ?? fileURLToPath(new URL('../../runs/cells', import.meta.url))
const say = (text: string) => process.stderr.write(text)

await setBackend('wasm')
try {
  const corpus = await loadCorpus('nietzsche', say)
  const runs: Run[] = []
  for (const cell of only === undefined ? CELLS : [only as CellName]) {
    for (let seed = 1; seed <= seeds; seed++) runs.push(await runOf(cell, seed, corpus))
  }
  report(runs)
} catch (error) {
  if (!DlError.is(error)) throw error
  end(error.message, 1)
}

/** The run as it was kept, or trained now. */
async function runOf(cell: CellName, seed: number, corpus: Corpus): Promise<Run> {
  manualSeed(seed)
  const data = LanguageModelData.fromTexts(
    { train: corpus.train, validation: corpus.validation },
    new Field({ lower: true, tokenize: chars }),
    { bs: BS, bptt: BPTT, minFreq: 3, seed },
  )
  const hidden = hiddenFor(cell, data.nt, parameters)
  const own = parametersOf(cell, data.nt, hidden)
  const settings: Settings = { cell, seed, hidden, parameters: own, epochs, batches }
  const path = join(out, `${cell}-s${seed}-${own}x${epochs}${quick ? '-quick' : ''}.json`)
  if (await files.exists(path)) {
    const known = JSON.parse(await files.readText(path)) as Run
    if (JSON.stringify({ ...known, ...settings }) === JSON.stringify(known)) return known
  }
  say(`\n${cell}, seed ${seed}: ${hidden} wide, ${own} parameters\n`)
  const { model, callbacks } = cellTask(cell, data.nt, hidden)
  const lo = new LayerOptimizer(adam, model, LR, 0, { clip: CLIP })
  const began = performance.now()
  const { train, validation } = data
  const few = batches && { train: take(train, batches), validation: take(validation, batches) }
  const { history } = await fit(model, few ?? data, epochs, lo, crossEntropy, {
    carryState: true,
    callbacks: [
      cosAnneal(lo, { cycleLen: epochs }),
      terminateOnNaN(),
      progress({ stream: process.stderr }),
      ...callbacks,
    ],
  })
  const run: Run = {
    ...settings,
    valLosses: history.map(({ valLoss }) => valLoss!),
    trnLosses: history.map(({ trnLoss }) => trnLoss),
    seconds: (performance.now() - began) / 1000,
  }
  await files.writeAtomic(path, `${JSON.stringify(run)}\n`)
  lo.dispose()
  model.dispose()
  return run
}

function report(runs: readonly Run[]): void {
  const cells = [
    ['', 'width', 'parameters', 'validation loss', 'spread', 'best', 'seconds'],
    ...CELLS.flatMap(cell => {
      const own = runs.filter(run => run.cell === cell)
      if (own.length === 0) return []
      const [{ hidden, parameters }] = own as [Run, ...Run[]]
      const last = own.map(({ valLosses }) => valLosses.at(-1)!)
      const figures = [mean(last), deviation(last), Math.min(...last)].map(x => x.toFixed(4))
      const seconds = mean(own.map(run => run.seconds)).toFixed(0)
      return [[cell, String(hidden), String(parameters), ...figures, seconds]]
    }),
  ]
  say(`\n${aligned(cells)}`)
  const { native, threads } = backendInfo()
  const command = `npm run bench -- cells --epochs ${epochs} --seeds ${seeds} --parameters ${parameters}`
  if (values.write) {
    const kernels = native ? `native kernels (${native})` : 'WebAssembly alone'
    const intro = `Mean and standard deviation of ${seeds} seeds after ${epochs} epochs of Nietzsche, ${BS} streams, ${BPTT} steps, Adam with a cosine from ${LR}, clipped at ${CLIP}; qrnn-2 has a window of 2. ${describeMachine()}, ${threads} threads, ${kernels}: \`${command}\``
    writeSection('Cells', `${intro}\n\n${markdown(cells)}`)
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ epochs, seeds, runs })}\n`)
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length
}

/** 0 for a single number. */
function deviation(numbers: readonly number[]): number {
  const centre = mean(numbers)
  const squares = numbers.reduce((sum, x) => sum + (x - centre) ** 2, 0)
  return Math.sqrt(squares / Math.max(1, numbers.length - 1))
}
