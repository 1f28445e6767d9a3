/**
 * An ablation study: parts of a net on and off on small data, several seeds each, and a table with
 * the spread. The lecture's point about rigour: without the spread, luck reads as insight.
 */
import { ownRun, program, useBackend } from '@dl/example-kit'
import { loadPictures, spread } from '@dl/example-kit/pictures'
import { datasets } from '@dl/vision'
import { HELP, readOptions } from './options'
import { type Plan, study, VARIANTS } from './study'
import { rowsOf, table } from './table'

/** Few and noisy pictures, so that there is something to gain. */
const SHAPES = { count: 480, size: 24, seed: 3 }
/** Pictures of each part in a quick run. */
const QUICK = 80

async function main(args: string[]): Promise<void> {
  const { data, quick, json, backend: asked, out, resume, ...chosen } = readOptions(args)
  const say = (line: string) => (json ? process.stderr : process.stdout).write(line)
  const isShapes = data === 'shapes'
  const plan: Plan = { size: isShapes ? SHAPES.size : 32, ...chosen }
  const { backend } = await useBackend(asked)
  const own = await ownRun({ program: 'ablation', out, resume, say })
  const whole = isShapes ? datasets.shapes(SHAPES) : await loadPictures(data, SHAPES.seed)
  const { train, validation } = whole
  const few = { train: spread(train, QUICK), validation: spread(validation, QUICK) }
  const set = quick ? { ...whole, ...few } : whole
  const outcomes = await study(set, plan, own, (variant, seed, accuracy) => {
    say(`${variant}, seed ${seed} of ${plan.seeds}: ${accuracy.toFixed(3)}\n`)
  })
  if (outcomes.length === 0) return
  const rows = rowsOf(outcomes)
  say(`\n${table(rows)}\n`)
  if (!json) return
  const report = { data, backend, variants: VARIANTS.length, ...plan, rows }
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

program(HELP, main)
