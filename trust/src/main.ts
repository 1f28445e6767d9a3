/** `npm run trust`: every trial, a table of what was tried, and one line at the end. */
import '@dl/backend-wasm'
import { parseArgs } from 'node:util'
import { ready } from '@tensorflow/tfjs-core'
import { runTrial } from './run-trial'
import type { Outcome, Trial } from './trial'
import { trials } from './trials'

const HELP = `npm run trust -- <trials> <options>

  <trials>        names of the first column (default: all)
  --long          many more tries
  --tries 1000    as many of each
  --seed 42       (default: drawn, and printed)
`

/** Ends the program before anything was tried. */
function refuse(problem: string): never {
  console.error(`${problem}\n\n${HELP}`)
  process.exit(1)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    long: { type: 'boolean', default: false },
    tries: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const seed = Number(values.seed)
if (!(Number.isSafeInteger(seed) && seed >= 0)) {
  refuse(`--seed is "${values.seed}"; expected a whole number.`)
}
const tries = values.tries === undefined ? null : Number(values.tries)
if (tries !== null && !(Number.isSafeInteger(tries) && tries > 0)) {
  refuse(`--tries is "${values.tries}"; expected a whole number above 0.`)
}
for (const name of positionals) {
  if (trials.every(trial => trial.name !== name)) {
    refuse(`There is no trial "${name}"; there are ${trials.map(trial => trial.name).join(', ')}.`)
  }
}

const chosen = trials.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const width = Math.max(...chosen.map(({ name }) => name.length))
const row = (name: string, tried: string, failed: string, seconds: string, claim: string) =>
  console.log(
    `${name.padEnd(width)}  ${tried.padStart(8)}  ${failed.padStart(6)}  ${seconds.padStart(7)}  ${claim}`,
  )
const triesOf = (trial: Trial): number => tries ?? (values.long ? trial.long : trial.short)

await ready()
console.log(`seed ${seed}, node ${process.versions.node}, ${process.platform}-${process.arch}\n`)
const plan = chosen.map(trial => `${trial.name} ${triesOf(trial)}`)
console.error(`${plan.length} trials: ${plan.join(', ')}\n`)
const began = performance.now()
row('what', 'tried', 'failed', 'seconds', 'claim')
const outcomes: { name: string; outcome: Outcome }[] = []
for (const [i, trial] of chosen.entries()) {
  const from = performance.now()
  console.error(`${i + 1} of ${chosen.length} after ${since(began)} s: ${trial.name} …`)
  const outcome = await runTrial(trial, triesOf(trial), seed)
  outcomes.push({ name: trial.name, outcome })
  const { tried, failed, skipped } = outcome
  row(trial.name, String(tried), String(failed.length), since(from), skipped ?? trial.claim)
}
for (const { name, outcome } of outcomes) {
  if (outcome.notes?.length) console.log(`\n${name}\n${indented(outcome.notes)}`)
  if (outcome.failed.length > 0) console.log(`\n${name} failed\n${indented(outcome.failed)}`)
}

const sum = (of: (outcome: Outcome) => number) =>
  outcomes.reduce((total, { outcome }) => total + of(outcome), 0)
const failed = sum(outcome => outcome.failed.length)
console.log(`\n${sum(outcome => outcome.tried) - failed} passed, ${failed} failed`)
if (failed > 0) process.exitCode = 1

/** Seconds. */
function since(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(0)
}

function indented(lines: readonly string[]): string {
  return lines.map(line => `  ${line}`).join('\n')
}
