/**
 * Update rules from gradient descent to Adam, written out in `rules.ts`, walk down surfaces of two
 * parameters. A table tells how far they got, and pictures show the way.
 */
import { join } from 'node:path'
import { files } from '@dl/data'
import { flag, integer, oneOf, optional, positive, program, readFlags, text } from '@dl/example-kit'
import { type Descent, descend, descendAtBest } from './descend'
import { picture } from './picture'
import { RULES, type RuleName } from './rules'
import { SURFACES, type Surface, type SurfaceName } from './surfaces'

const NAMES = Object.keys(SURFACES) as SurfaceName[]
const RULE_NAMES = Object.keys(RULES) as RuleName[]

const HELP = `Walks down surfaces of two parameters by rules written out in a few lines each.

  --surface  ${NAMES.join(' | ')}   (default: all of them)
  --rules    some of ${RULE_NAMES.join(',')}   (default: all)
  --lr       one for all rules   (default: for each the best of 15, three in each decade)
  --steps    (default: 60, on rosenbrock 500)
  --out      folder of the pictures   (default runs/optimizers-from-scratch)
  --quick    a tenth of the steps   --json  one JSON object as the last line
`

async function main(): Promise<void> {
  const values = readFlags(process.argv.slice(2), {
    help: flag,
    surface: optional,
    rules: text(RULE_NAMES.join(',')),
    lr: optional,
    steps: optional,
    out: text('runs/optimizers-from-scratch'),
    quick: flag,
    json: flag,
  })
  if (values.help) {
    process.stdout.write(HELP)
    return
  }
  const say = (words: string) => (values.json ? process.stderr : process.stdout).write(words)
  const rules = values.rules.split(',').map(rule => oneOf('rules', rule, RULE_NAMES))
  const names = values.surface ? [oneOf('surface', values.surface, NAMES)] : NAMES
  const lr = values.lr === undefined ? null : positive('lr', values.lr)
  const surfaces = []
  for (const name of names) {
    const surface: Surface = SURFACES[name]
    const least = values.quick ? Math.ceil(surface.steps / 10) : surface.steps
    const steps = values.steps === undefined ? least : integer('steps', values.steps)
    const descents = rules.map(rule =>
      lr === null ? descendAtBest(surface, rule, steps) : descend(surface, rule, lr, steps),
    )
    const file = join(values.out, `${name}.svg`)
    await files.writeAtomic(file, picture(surface, descents))
    say(`${surface.title}, ${steps} steps\n${table(surface, descents)}\n→ ${file}\n\n`)
    surfaces.push({
      name,
      steps,
      file,
      descents: descents.map(({ path, ...rest }) => ({ ...rest, end: path.at(-1) })),
    })
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ surfaces })}\n`)
}

function table({ axes }: Surface, descents: readonly Descent[]): string {
  const rows = descents.map(({ rule, lr, path, loss, reached }) => [
    rule,
    String(lr),
    loss.toExponential(2),
    reached === null ? '–' : String(reached),
    ...path.at(-1)!.map(value => value.toFixed(4)),
  ])
  return [['rule', 'lr', 'loss', '÷1000 after', ...axes], ...rows]
    .map(cells => cells.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(12))).join(''))
    .join('\n')
}

program(main)
