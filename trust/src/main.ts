/** `npm run trust`: every trial, a table of what was tried, and one line at the end. */
import '@dl/backend-wasm'
import { flag, integer, namesFirst, optional, program, readFlags, text } from '@dl/example-kit'
import { ready } from '@tensorflow/tfjs-core'
import { runTrial } from './run-trial'
import type { Outcome, Trial } from './trial'
import { trials } from './trials'

const NAMES = trials.map(({ name }) => name)

const HELP = `Attacks what people trust, prints a table of what was tried, and fails where something gave way:
npm run trust -- <trial> <trial> …

  <trial>     ${NAMES.join('\n              ')}
              (default: all)
  --long      many more tries
  --tries     as many of each
  --seed      (default: drawn, and printed)
`

const FLAGS = {
  long: flag,
  tries: optional,
  seed: text(String(Date.now() % 2 ** 31)),
}

interface Tried {
  readonly name: string
  readonly outcome: Outcome
}

async function main(args: string[]): Promise<void> {
  const [named, rest] = namesFirst(args, 'trial', NAMES)
  const { long, ...values } = readFlags(rest, FLAGS)
  const seed = integer('seed', values.seed, 0)
  const tries = values.tries === undefined ? null : integer('tries', values.tries)
  const chosen = trials.filter(({ name }) => named.length === 0 || named.includes(name))
  const triesOf = (trial: Trial): number => tries ?? (long ? trial.long : trial.short)

  await ready()
  console.log(`seed ${seed}, node ${process.versions.node}, ${process.platform}-${process.arch}\n`)
  const plan = chosen.map(trial => `${trial.name} ${triesOf(trial)}`)
  console.error(`${plan.length} trials: ${plan.join(', ')}\n`)
  const began = performance.now()
  printRow('what', 'tried', 'failed', 'seconds', 'claim')
  const all: Tried[] = []
  for (const [i, trial] of chosen.entries()) {
    const from = performance.now()
    const { name } = trial
    console.error(`${i + 1} of ${chosen.length} after ${since(began)} s: ${name} …`)
    const outcome = await runTrial(trial, triesOf(trial), seed)
    all.push({ name, outcome })
    const { tried, failed, skipped } = outcome
    printRow(name, String(tried), String(failed.length), since(from), skipped ?? trial.claim)
  }
  summarize(all)
}

/** What each has to say, and one line of counts. */
function summarize(all: readonly Tried[]): void {
  for (const { name, outcome } of all) {
    if (outcome.notes?.length) console.log(`\n${name}\n${indented(outcome.notes)}`)
    if (outcome.failed.length > 0) console.log(`\n${name} failed\n${indented(outcome.failed)}`)
  }
  const sum = (of: (outcome: Outcome) => number) =>
    all.reduce((total, { outcome }) => total + of(outcome), 0)
  const failed = sum(outcome => outcome.failed.length)
  console.log(`\n${sum(outcome => outcome.tried) - failed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}

const WIDTH = Math.max(...NAMES.map(name => name.length))

function printRow(name: string, tried: string, failed: string, seconds: string, claim: string) {
  const numbers = [tried.padStart(8), failed.padStart(6), seconds.padStart(7)]
  console.log([name.padEnd(WIDTH), ...numbers, claim].join('  '))
}

/** Seconds. */
function since(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(0)
}

function indented(lines: readonly string[]): string {
  return lines.map(line => `  ${line}`).join('\n')
}

program(HELP, main)
