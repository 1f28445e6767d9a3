import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STEPS, type StepName } from '../src/steps'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const backend = process.env.DL_TEST_BACKEND!
const NAMES = Object.keys(STEPS) as StepName[]
const WINDOWED = NAMES.slice(0, NAMES.indexOf('stateful'))
let folder: string
let corpus: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-rnn-from-scratch-'))
  corpus = join(folder, 'corpus.txt')
  await writeFile(corpus, 'What if Truth were a woman, What then?\n'.repeat(200))
})

afterAll(() => rm(folder, { recursive: true }))

/** Runs the program to its end. */
async function run(...args: string[]) {
  const env = { ...process.env, NO_COLOR: '1', DL_DATA: '', DL_CACHE: join(folder, 'cache') }
  const child = spawn(process.execPath, [program, '--backend', backend, ...args], { env })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', chunk => {
    stdout += chunk
  })
  child.stderr.on('data', chunk => {
    stderr += chunk
  })
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, stdout, stderr, report: () => JSON.parse(stdout.trim().split('\n').at(-1)!) }
}

it.each(NAMES)('--step %s trains and reports in one line of JSON', async step => {
  const args = ['--quick', '--json', '--corpus', corpus, '--lr', '0.02']
  const { code, stdout, report } = await run('--step', step, ...args)
  expect(code).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  const { history, predictions, ...rest } = report()
  const { adds, phases, prompts } = STEPS[step]
  expect(rest).toMatchObject({ step, adds, corpus, backend, seed: 42, stopped: null })
  expect(rest.vocab).toBe(WINDOWED.includes(step) ? 19 : 18)
  expect(rest.batches.train).toBeLessThanOrEqual(30)
  expect(rest.batches.validation).toBeLessThanOrEqual(5)
  expect(rest.params).toBeGreaterThan(0)
  expect(rest.rows).toBeGreaterThan(0)
  expect(rest.msPerBatch).toBeGreaterThan(0)
  expect(history.map(({ epoch }: { epoch: number }) => epoch)).toEqual(
    Object.keys(phases).map(Number),
  )
  for (const [i, { lr }] of phases.entries()) {
    expect(history[i].lr).toBeCloseTo((0.02 * lr) / phases[0]!.lr, 9)
  }
  // clearly less than that of a model that knows nothing
  expect(rest.valLoss).toBeLessThan(0.9 * Math.log(rest.vocab))
  expect(rest.valLoss).toBe(history.at(-1).valLoss)
  expect(Object.keys(predictions)).toEqual(prompts)
  for (const char of Object.values(predictions)) expect(char).not.toBe('')
})

it('without a step, trains the whole ladder and shows it', async () => {
  const { code, stderr, report } = await run(
    '--quick',
    '--json',
    '--epochs',
    '1',
    '--corpus',
    corpus,
  )
  expect(code).toBe(0)
  const { steps } = report()
  expect(steps.map(({ step }: { step: string }) => step)).toEqual(NAMES)
  // the loop in the open is the library's loop, from the same seed
  const valLoss = (name: StepName) => steps[NAMES.indexOf(name)].valLoss
  expect(valLoss('rnn-cell')).toBeCloseTo(valLoss('stateful'), 4)
  const lines = stderr.trim().split('\n').slice(-NAMES.length)
  expect(lines.map(line => line.split(' ')[0])).toEqual(NAMES)
})

it('trains on the embedded text when nothing else can be had, and says so', async () => {
  const { code, stderr, report } = await run('--step', 'loop', '--quick', '--json')
  expect(stderr).toContain("Training on the TypeScript library's declaration files instead.")
  expect(code).toBe(0)
  expect(report().corpus).toBe('embedded')
})

describe('bad input ends with one message and code 1', () => {
  const message = async (...args: string[]) => {
    const { code, stderr, stdout } = await run('--quick', ...args)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    return stderr.trim()
  }

  it('a step there is not', async () => {
    expect(await message('--step', 'transformer')).toBe(
      `--step is "transformer"; expected one of ${NAMES.join(', ')}.`,
    )
  })

  it('a flag there is not', async () => {
    expect(await message('--stp', 'rnn')).toMatch(/^There is no option --stp; expected --step\./)
  })

  it('numbers that are none', async () => {
    expect(await message('--lr', '0')).toBe('--lr is "0"; expected a number above 0.')
    expect(await message('--epochs', '0.5')).toBe(
      '--epochs is "0.5"; expected an integer of at least 1.',
    )
  })
})
