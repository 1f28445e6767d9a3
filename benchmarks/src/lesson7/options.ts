/** The command line. */
import { availableParallelism } from 'node:os'
import { DlError } from '@dl/core'
import {
  BACKENDS,
  backend,
  backendName,
  flag,
  integer,
  namesFirst,
  optional,
  readFlags,
  text,
} from '@dl/example-kit'
import { epochsOf } from './places'
import { ROWS, type RowName, STUDIES, type StudyName } from './rows'

export const NAMES = Object.keys(ROWS) as RowName[]

const STUDY_NAMES = Object.keys(STUDIES) as StudyName[]

/** The names, wrapped. */
const listed = [...NAMES, ...STUDY_NAMES].reduce<string[]>((lines, name) => {
  const last = lines.at(-1)
  const longer = last === undefined ? name : `${last} | ${name}`
  if (longer.length > 76 || last === undefined) lines.push(name)
  else lines[lines.length - 1] = longer
  return lines
}, [])

export const HELP = `Trains rows of the lesson's table, one after the other, and writes their curves:
npm run lesson7 -- <row> <row> …

  <row>       ${listed.join(' |\n              ')}
  --all       every row instead, the short ones first
  --report    by itself: brings docs/lesson7.md up to the committed runs
  --twin      PyTorch instead, from the Python that DL_PYTHON names
  --epochs    only the first of them; the curve stays a partial one
  --seed      one, or several as 1,2,3  (default 1)
  --data      the text, or the pictures (default: the lesson's)
  --out       folder of the curve and the checkpoints (default benchmarks/lesson7/runs, and
              runs/lesson7 for checkpoints)
  --threads   of the twin  (default: as many as there are cores)
  --backend   ${BACKENDS}  (default wasm)
  --quick     a small net on a little data, some seconds each
  --json      one JSON object for each run, at the end of standard output
`

const FLAGS = {
  all: flag,
  twin: flag,
  epochs: optional,
  seed: text('1'),
  data: optional,
  out: optional,
  threads: optional,
  backend,
  quick: flag,
  json: flag,
}

export type Options = ReturnType<typeof readOptions>

/** Rows come first, then what begins with dashes. */
export function readOptions(args: readonly string[]) {
  const [named, rest] = namesFirst(args, 'row', [...NAMES, ...STUDY_NAMES])
  const { all, twin, quick, json, ...values } = readFlags(rest, FLAGS)
  const rows = all ? [...NAMES].sort(byWork) : [...new Set(named.flatMap(rowsOf))]
  if (rows.length === 0) {
    throw new DlError('bad-option', {
      problem: 'no row is named',
      expected: `some of ${NAMES.join(', ')}, or --all`,
    })
  }
  if (twin && quick) {
    throw new DlError('bad-option', {
      problem: '--twin and --quick are both there',
      expected: 'one of them: a twin has no quick form',
    })
  }
  return {
    rows,
    twin,
    quick,
    json,
    seeds: values.seed.split(',').map(seed => integer('seed', seed)),
    epochs: values.epochs === undefined ? null : integer('epochs', values.epochs),
    data: values.data ?? null,
    out: values.out ?? null,
    threads:
      values.threads === undefined ? availableParallelism() : integer('threads', values.threads),
    backend: backendName(values.backend),
  }
}

const rowsOf = (name: RowName | StudyName): readonly RowName[] =>
  name in STUDIES ? STUDIES[name as StudyName] : [name as RowName]

/** The short ones first, by their epochs. */
const byWork = (a: RowName, b: RowName): number =>
  epochsOf(ROWS[a].phases) - epochsOf(ROWS[b].phases)
