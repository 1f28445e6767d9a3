/**
 * One of the lesson's runs with the lesson's settings; cut off anywhere, the same command goes on.
 * `npm run lesson7 -- lstm-sgdr-63`
 */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileStorage, saveTensors } from '@dl/data'
import {
  BACKENDS,
  backend,
  backendName,
  flag,
  integer,
  oneOf,
  optional,
  program,
  readFlags,
  text,
  useBackend,
} from '@dl/example-kit'
import { dispose } from '@tensorflow/tfjs-core'
import { checkSame, recordOf, type Settings, writeRecord } from './record'
import { firstEpochs, ROWS, type Row, type RowName } from './rows'
import { taskOf } from './task'
import { trainRow } from './train-row'

const NAMES = Object.keys(ROWS) as RowName[]

const HELP = `Trains a row of the lesson's table, npm run lesson7 -- <row>, and writes its curve.

  <row>       ${NAMES.slice(0, 6).join(' | ')} |
              ${NAMES.slice(6, 11).join(' | ')} |
              ${NAMES.slice(11).join(' | ')}
  --epochs    only the first of them; the curve stays a partial one
  --seed      (default 1)
  --data      the text, or the pictures (default: the lesson's)
  --out       folder of the curve (default benchmarks/lesson7/runs)
  --backend   ${BACKENDS}  (default wasm)
  --json      one JSON object as the last line
`

const FLAGS = {
  epochs: optional,
  seed: text('1'),
  data: optional,
  out: optional,
  backend,
  json: flag,
}

/** The build puts this file to benchmarks/dist/lesson7. */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

async function main([name = '', ...args]: string[]): Promise<void> {
  const values = readFlags(args, FLAGS)
  const rowName = oneOf('row', name, NAMES)
  const row: Row = ROWS[rowName]
  const seed = integer('seed', values.seed)
  const whole = row.phases.reduce((sum, phase) => sum + phase.epochs, 0)
  const epochs = values.epochs === undefined ? whole : integer('epochs', values.epochs)
  const say = (what: string) => (values.json ? process.stderr : process.stdout).write(what)

  const out = values.out ?? here('../../lesson7/runs')
  const path = (ending: string) => join(out, `${rowName}-s${seed}${ending}`)
  const folder = here(`../../../runs/lesson7/${rowName}-s${seed}`)
  const data = values.data ?? (row.kind === 'text' ? 'nietzsche' : 'cifar10')
  const settings: Settings = { row: rowName, seed, data, phases: row.phases, wd: row.wd }
  const record = recordOf(settings, row, await useBackend(backendName(values.backend)))
  await checkSame(path('.json'), settings)
  const task = await taskOf(row, { seed, data, say })
  await writeRecord(path('.json'), record)

  const partial = path('.partial.csv')
  const stream = { isTTY: process.stderr.isTTY, columns: process.stderr.columns, write: say }
  const phases = firstEpochs(row.phases, epochs)
  const signal = interrupted()
  const rows = await trainRow(row, task, { phases, curve: partial, folder, stream, signal })
  if (rows === null) {
    say(`\nStopped. The same command goes on from ${folder}.\n`)
    process.exitCode = 130
    return
  }
  const { epoch, valLoss, accuracy } = rows.at(-1)!
  const judged = { epochs: epoch + 1, valLoss, ...(row.kind === 'pictures' && { accuracy }) }
  const ttaAccuracy = await task.tta?.()
  const report = { ...record, ...judged, ...(ttaAccuracy !== undefined && { ttaAccuracy }) }
  await writeRecord(path('.json'), report)
  if (epochs >= whole) {
    const weights = await task.model.stateDict()
    await saveTensors(join(folder, 'model.safetensors'), weights)
    dispose(weights)
    await rename(partial, path('.csv'))
    const storage = fileStorage()
    for (const old of await storage.list(join(folder, 'phase-'))) await storage.remove(old)
  }
  task.model.dispose()
  const figure = rows.at(-1)![row.measure].toFixed(4)
  say(`\n${rowName}, seed ${seed}: ${row.measure} ${figure}; the lecture printed ${row.printed}\n`)
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
}

/** The first Ctrl-C, or a kill, ends the run after its batch and a checkpoint. */
function interrupted(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => controller.abort())
  }
  return controller.signal
}

program(HELP, main)
