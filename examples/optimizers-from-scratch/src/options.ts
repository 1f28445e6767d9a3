/** The command line. */
import { flag, integer, oneOf, optional, positive, readFlags, text } from '@dl/example-kit'
import { RULES, type RuleName } from './rules'
import { SURFACES, type SurfaceName } from './surfaces'

const NAMES = Object.keys(SURFACES) as SurfaceName[]
const RULE_NAMES = Object.keys(RULES) as RuleName[]

export const HELP = `Walks down surfaces of two parameters by rules written out in a few lines each.

  --surface  ${NAMES.join(' | ')}   (default: all of them)
  --rules    some of ${RULE_NAMES.join(',')}   (default: all)
  --lr       one for all rules   (default: for each the best of 15, three in each decade)
  --steps    (default: 60, on rosenbrock 500)
  --out      folder of the pictures   (default runs/optimizers-from-scratch)
  --quick    a tenth of the steps   --json  one JSON object as the last line
`

const FLAGS = {
  surface: optional,
  rules: text(RULE_NAMES.join(',')),
  lr: optional,
  steps: optional,
  out: text('runs/optimizers-from-scratch'),
  quick: flag,
  json: flag,
}

export function readOptions(args: string[]) {
  const values = readFlags(args, FLAGS)
  return {
    surfaces: values.surface ? [oneOf('surface', values.surface, NAMES)] : NAMES,
    rules: values.rules.split(',').map(rule => oneOf('rules', rule, RULE_NAMES)),
    lr: values.lr === undefined ? null : positive('lr', values.lr),
    steps: values.steps === undefined ? null : integer('steps', values.steps),
    out: values.out,
    quick: values.quick,
    json: values.json,
  }
}
