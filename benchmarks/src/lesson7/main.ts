/**
 * The lesson's runs with the lesson's settings, one after the other; cut off anywhere, the same
 * command goes on. `npm run lesson7 -- lstm-sgdr-63`
 */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BackendInfo } from '@dl/core'
import { interrupted, program, useBackend } from '@dl/example-kit'
import { HELP, type Options, readOptions } from './options'
import { runOurs } from './ours'
import { epochsOf, isDone, placesOf, type Run } from './places'
import { quickOf } from './quick'
import { checkSame, type RunRecord, readRecord, settingsOf } from './record'
import { report } from './report'
import { ROWS, type Row, type RowName } from './rows'
import { noTwin, runTwin } from './twin'

async function main(args: string[]): Promise<void> {
  if (args.join(' ') === '--report') {
    await useBackend('wasm')
    return report(text => process.stdout.write(text))
  }
  const options = readOptions(args)
  const say = (what: string) => (options.json ? process.stderr : process.stdout).write(what)
  const signal = interrupted()
  const info = options.twin ? null : await useBackend(options.backend)
  const isTrial = options.quick && options.out === null
  const out = isTrial ? await mkdtemp(join(tmpdir(), 'dl-lesson7-')) : options.out
  const records: RunRecord[] = []
  for (const name of options.rows) {
    for (const seed of options.seeds) {
      const run = runOf(name, seed, { ...options, out }, { signal, say })
      const record = await outcome(run, info)
      if (signal.aborted) {
        say('\nStopped. The same command goes on.\n')
        process.exitCode = 130
        return
      }
      if (record) records.push(record)
    }
  }
  if (!options.json) return
  for (const record of records) process.stdout.write(`${JSON.stringify(record)}\n`)
}

function runOf(
  name: RowName,
  seed: number,
  { twin, quick, epochs, data, out, threads }: Options,
  own: Pick<Run, 'signal' | 'say'>,
): Run {
  const row: Row = quick ? quickOf(ROWS[name]) : ROWS[name]
  return {
    name,
    row,
    seed,
    quick,
    threads,
    epochs: epochs ?? epochsOf(row.phases),
    data: data ?? (quick ? quickData(row) : row.kind === 'text' ? 'nietzsche' : 'cifar10'),
    places: placesOf(name, seed, out, twin),
    ...own,
  }
}

const quickData = ({ kind }: Row): string => (kind === 'text' ? 'embedded' : 'patches')

/** Of one run; a finished one is not run again. Null where there is none. */
async function outcome(run: Run, info: BackendInfo | null): Promise<RunRecord | null> {
  const { name, row, seed, places, say } = run
  const title = `${name}, seed ${seed}`
  if (await isDone(places)) {
    await checkSame(places.record, settingsOf(run))
    say(`${title}: ${places.curve} is there already\n`)
    return readRecord(places.record)
  }
  const reason = info === null ? noTwin(run) : null
  if (reason !== null) {
    say(`${title}: no twin, ${reason}\n`)
    return null
  }
  say(`${title}\n`)
  const record = info === null ? await runTwin(run) : await runOurs(run, info)
  if (record === null) return null
  const figure = record[row.measure]?.toFixed(4)
  const tta = record.ttaAccuracy === undefined ? '' : `, with TTA ${record.ttaAccuracy.toFixed(4)}`
  const printed = row.printed === null || run.quick ? '' : `; the lecture printed ${row.printed}`
  say(`\n${title}: ${row.measure} ${figure}${tta}${printed}\n`)
  return record
}

program(HELP, main)
