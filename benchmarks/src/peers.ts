/**
 * What people feel, side by side with PyTorch, tfjs-layers and jax-js: minutes until a model is worth
 * something, seconds until a first batch is trained, kilobytes of a page. `npm run bench -- peers`
 */
import { describeMachine } from './harness/machine'
import { flag, readOptions } from './harness/options'
import { startPeer } from './harness/peer'
import { peerProgram } from './harness/programs'
import type { Task } from './harness/protocol'
import { writeSection } from './harness/results'
import { aligned, markdown, targetCells } from './harness/table'
import { completed, type Values } from './harness/targets'
import { bundles } from './starts/bundles'
import { firstBatches } from './starts/first-batch'
import { type Arrival, type Goal, timeToLoss } from './starts/time-to-loss'

const HELP = `Trains to a loss, installs into empty folders and bundles pages, with ours and with others.

  --json   one JSON object as the last line
  --write  puts the tables into benchmarks/RESULTS.md
`

/** A row of the lesson, and its step in tfjs-layers. */
interface Race extends Goal {
  name: string
  layers: Task
  /** Batches of one epoch. */
  batches: number
}

const RACES: readonly Race[] = [
  {
    ...{ name: 'GRU 256 on Nietzsche to a loss of 1.6', row: 'stateful-gru', loss: 1.6, epochs: 3 },
    layers: {
      op: 'languageModel',
      cell: 'gru',
      hidden: 256,
      layers: 1,
      dropout: 0,
      bs: 64,
      bptt: 8,
    },
    batches: 920,
  },
  {
    ...{ name: 'ConvBnNet on CIFAR-10 to a loss of 1.2', row: 'convbnnet', loss: 1.2, epochs: 4 },
    layers: { op: 'vision', net: 'convbnnet', bs: 256 },
    batches: 196,
  },
]

/** tfjs-layers would take hours: one step is timed, and the epochs are those that ours took. */
async function ofTfjsLayers({ layers, batches }: Race, epochs: number): Promise<number | null> {
  const program = peerProgram('steps-layers', 'cpu')
  const peer = await startPeer({ ...program, name: 'tfjs-layers', limitMs: () => 300_000 })
  const step = await peer?.measure({ task: layers, lengths: [8] })
  peer?.close()
  return step ? (step.ms / 1000) * batches * epochs : null
}

const { json, write } = readOptions(HELP, { json: flag, write: flag })

const races: string[][] = [['', 'ours', 'PyTorch', 'tfjs-layers on cpu, from one step']]
const arrivals: Record<string, unknown> = {}
for (const race of RACES) {
  const ours = await timeToLoss(race, false)
  const torch = process.env.DL_PYTHON ? await timeToLoss(race, true) : null
  const layers = ours && (await ofTfjsLayers(race, ours.epochs))
  arrivals[race.row] = { ours, torch, layers }
  races.push([race.name, shown(ours), shown(torch), layers === null ? '–' : minutes(layers)])
}

const { ours, torch, ...others } = await firstBatches()
const starts = [
  ['from an empty folder to a trained batch', 'seconds', 'MB'],
  ...Object.entries({ ours, PyTorch: torch, ...others }).map(([name, start]) => [
    name,
    start?.seconds.toFixed(1) ?? '–',
    start?.megabytes.toFixed(0) ?? '–',
  ]),
]

const sizes = await bundles()
const pages = [
  ['a page that trains a character model', 'KB gzip'],
  ...Object.entries(sizes).map(([name, size]) => [name, size.toFixed(1)]),
]

const targets: Values = {
  P14_webgl: sizes['ours on WebGL'],
  P14_wasm: sizes['ours on wasm'],
  P14_ours: sizes['ours without tfjs and a backend'],
  P18: torch && ours ? ours.seconds / torch.seconds : null,
  P18_size: torch && ours ? ours.megabytes / torch.megabytes : null,
}
const tables = [races, starts, pages, targetCells(targets)]
process.stderr.write(tables.map(aligned).join('\n'))
if (write) {
  const about = `${describeMachine()}: \`npm run bench -- peers --write\``
  writeSection('peers', [about, ...tables.map(markdown)].join('\n\n'))
}
if (json) {
  const firstBatch = { ours, torch, ...others }
  const measured = { timeToLoss: arrivals, firstBatch, bundles: sizes }
  console.log(JSON.stringify({ ...measured, targets: completed(targets) }))
}

function shown(arrival: Arrival | null): string {
  if (arrival === null) return '–'
  return `${minutes(arrival.seconds)}, ${arrival.epochs} epochs`
}

function minutes(seconds: number): string {
  return `${(seconds / 60).toFixed(1)} min`
}
