/**
 * An ablation study: parts of a net on and off on small data, several seeds each, and a table with
 * the spread. The lecture's point about rigour: without the spread, luck reads as insight.
 */
import {
  flag,
  integer,
  notNegative,
  oneOf,
  optional,
  positive,
  program,
  readFlags,
  text,
  useBackend,
} from '@dl/example-kit'
import { loadPictures, spread } from '@dl/example-kit/pictures'
import { datasets } from '@dl/vision'
import { type Plan, study, VARIANTS } from './study'
import { rowsOf, table } from './table'

const HELP = `Turns parts of a net off, one at a time, and says what that changed; about three minutes.

  --data      shapes | tiny | cifar10 | a folder or archive   (default shapes: made up, small)
  --seeds     runs of each variant     (default 3)
  --epochs    of each run              (default 6)
  --lr        (default 5e-3)           --wd  (default 1e-3)     --bs  (default 32)
  --backend   wasm | cpu               (default wasm)
  --quick     few pictures, two seeds, one epoch     --json  one JSON object as the last line
`

const FLAGS = {
  help: flag,
  data: text('shapes'),
  seeds: optional,
  epochs: optional,
  lr: text('5e-3'),
  wd: text('1e-3'),
  bs: text('32'),
  backend: text('wasm'),
  quick: flag,
  json: flag,
}

/** Few and noisy pictures, so that there is something to gain. */
const SHAPES = { count: 480, size: 24, seed: 3 }
/** Pictures of each part in a quick run. */
const QUICK = 64

async function main(): Promise<void> {
  const values = readFlags(process.argv.slice(2), FLAGS)
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  const say = (line: string) => (values.json ? process.stderr : process.stdout).write(line)
  const isShapes = values.data === 'shapes'
  const plan: Plan = {
    size: isShapes ? SHAPES.size : 32,
    seeds: integer('seeds', values.seeds ?? (values.quick ? '2' : '3')),
    epochs: integer('epochs', values.epochs ?? (values.quick ? '1' : '6')),
    bs: integer('bs', values.bs),
    lr: positive('lr', values.lr),
    wd: notNegative('wd', values.wd),
  }
  const { backend } = await useBackend(oneOf('backend', values.backend, ['wasm', 'cpu'] as const))
  const whole = isShapes ? datasets.shapes(SHAPES) : await loadPictures(values.data, SHAPES.seed)
  const { train, validation } = whole
  const few = { train: spread(train, QUICK), validation: spread(validation, QUICK) }
  const set = values.quick ? { ...whole, ...few } : whole
  const outcomes = await study(set, plan, (variant, seed, accuracy) => {
    say(`${variant}, seed ${seed} of ${plan.seeds}: ${accuracy.toFixed(3)}\n`)
  })
  const rows = rowsOf(outcomes)
  say(`\n${table(rows)}\n`)
  if (!values.json) return
  const report = { data: values.data, backend, variants: VARIANTS.length, ...plan, rows }
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

program(main)
