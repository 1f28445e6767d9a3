/** The command line. */
import { parseArgs } from 'node:util'
import { DlError } from '@dl/core'
import { STEPS, type StepName } from './steps'

const NAMES = Object.keys(STEPS) as StepName[]

export const HELP = `Trains the lesson's recurrent nets, from three characters by hand to an LSTM.

  --step      ${NAMES.slice(0, 6).join(' | ')}
              | ${NAMES.slice(6).join(' | ')}: with the lesson's settings
              (default: all of them, small: a smaller state and a part of an epoch per learning rate)
  --epochs    in all                            (default: the lesson's for the step)
  --lr        the first; later ones keep their proportion   (default: the lesson's)
  --bs        windows, or streams, of a batch   (default: the lesson's, 512 or 64)
  --corpus    nietzsche | shakespeare | embedded | a file or folder   (default: nietzsche,
              else the TypeScript library's declaration files, which every install holds)
  --seed      (default 42)                      --backend wasm | cpu   (default wasm)
  --quick     a few batches of a tiny model     --json one JSON object as the last line
`

export type Options = ReturnType<typeof readOptions>

export function readOptions(args: string[]) {
  const { values } = parse(args)
  return {
    help: values.help,
    step: values.step === undefined ? null : oneOf('step', values.step, NAMES),
    epochs: values.epochs === undefined ? null : integer('epochs', values.epochs, 1),
    lr: values.lr === undefined ? null : positive('lr', values.lr),
    bs: values.bs === undefined ? null : integer('bs', values.bs, 1),
    corpus: values.corpus ?? null,
    seed: integer('seed', values.seed, 0),
    backend: oneOf('backend', values.backend, ['wasm', 'cpu'] as const),
    quick: values.quick,
    json: values.json,
  }
}

function parse(args: string[]) {
  const flag = { type: 'boolean', default: false } as const
  const optional = { type: 'string' } as const
  const options = {
    help: flag,
    step: optional,
    epochs: optional,
    lr: optional,
    bs: optional,
    corpus: optional,
    seed: { type: 'string', default: '42' },
    backend: { type: 'string', default: 'wasm' },
    quick: flag,
    json: flag,
  } as const
  try {
    return parseArgs({ args, options })
  } catch (error) {
    throw new DlError('bad-option', {
      problem: (error as Error).message.replace(/\. .*/s, '').replace(/\.$/, ''),
      expected: `one of ${Object.keys(options)
        .map(name => `--${name}`)
        .join(' ')}`,
    })
  }
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  if ((known as readonly string[]).includes(value)) return value as T
  throw new DlError('bad-option', {
    problem: `--${name} is "${value}"`,
    expected: `one of ${known.join(', ')}`,
  })
}

function integer(name: string, value: string, least: number): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number >= least && value !== '') return number
  throw new DlError('bad-option', {
    problem: `--${name} is "${value}"`,
    expected: `an integer of at least ${least}`,
  })
}

function positive(name: string, value: string): number {
  const number = Number(value)
  if (number > 0 && Number.isFinite(number)) return number
  throw new DlError('bad-option', {
    problem: `--${name} is "${value}"`,
    expected: 'a number above 0',
  })
}
