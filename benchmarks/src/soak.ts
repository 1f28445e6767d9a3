/**
 * Trains an LSTM and a residual net in turns for minutes and watches memory, losses and threads.
 * `npm run bench -- soak [--minutes 10]`; ends with code 1 if something grew, broke or died.
 */
import { backendInfo } from '@dl/backend-wasm'
import { memory, setBackend } from '@tensorflow/tfjs-core'
import { end, readOptions } from './harness/options'
import { gatedFit } from './nets/gated-fit'
import { languageModel, vision } from './nets/training'

/** Steps of one model before it is the other's turn. */
const TURN = 5
/** What memory may grow by after the first look and still be called flat: a batch longer than all before. */
const SLACK = 1.1

interface Look {
  minute: number
  steps: number
  tensors: number
  wasmBytes: number
  residentBytes: number
  threads: number
}

const HELP = `Trains two nets in turns and watches memory, losses and threads.

  --minutes  (default 10)
`

const values = readOptions(HELP, { minutes: { type: 'string', default: '10' } })
const minutes = Number(values.minutes)
if (!(minutes > 0 && Number.isFinite(minutes))) {
  end(`--minutes is "${values.minutes}"; expected a number above 0.`, 1)
}

await setBackend('wasm')
// a thread that is lost is not counted there any more
const threadsAtFirst = backendInfo().threads
const size = { cell: 'lstm', hidden: 512, layers: 2, dropout: 0.5, bs: 64, bptt: 8 } as const
const losses: number[] = []
const training = [languageModel(size), vision({ net: 'resnet2', bs: 64 })]
const fits = training.map(one => gatedFit({ ...one, onLoss: loss => losses.push(loss) }))
const looks: Look[] = []
const began = performance.now()
const elapsed = () => (performance.now() - began) / 60_000
let steps = 0
let failure: string | null = null

function look(): void {
  const { bytesHeld, threadsAlive } = backendInfo()
  const one = {
    minute: elapsed(),
    steps,
    tensors: memory().numTensors,
    wasmBytes: bytesHeld,
    residentBytes: process.memoryUsage.rss(),
    threads: threadsAlive,
  }
  looks.push(one)
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`
  process.stderr.write(
    `minute ${one.minute.toFixed(1)}: ${steps} steps, ${one.tensors} tensors, ${mib(one.wasmBytes)} of WebAssembly memory, ` +
      `${mib(one.residentBytes)} resident, ${one.threads} threads, last loss ${losses.at(-1)?.toFixed(4)}\n`,
  )
}

try {
  while (elapsed() < minutes) {
    for (const fit of fits) {
      await fit.run(TURN)
      steps += TURN
    }
    if (elapsed() >= (looks.length + 1) * Math.min(1, minutes / 4)) look()
  }
} catch (error) {
  // a loss that is not finite, a thread that died in a step: the report tells
  failure = (error as Error).message
}
look()
for (const fit of fits) await fit.stop()

const settled = looks[0]!
const last = looks.at(-1)!
const broken = losses.filter(loss => !Number.isFinite(loss)).length
const report = {
  minutes,
  steps,
  flat:
    last.tensors === settled.tensors &&
    last.wasmBytes <= SLACK * settled.wasmBytes &&
    last.residentBytes <= SLACK * settled.residentBytes,
  grownBytes: {
    wasm: last.wasmBytes - settled.wasmBytes,
    resident: last.residentBytes - settled.residentBytes,
  },
  tensors: last.tensors,
  notFinite: broken,
  failure,
  threads: last.threads,
  threadsWanted: threadsAtFirst,
}
process.stdout.write(`${JSON.stringify(report)}\n`)
const sound = report.flat && broken === 0 && failure === null
if (!sound || report.threads < threadsAtFirst) process.exitCode = 1
