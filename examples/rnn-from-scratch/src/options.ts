/** The command line. */
import {
  BACKENDS,
  backend,
  backendName,
  flag,
  integer,
  oneOf,
  optional,
  positive,
  readFlags,
  text,
} from '@dl/example-kit'
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
  --seed      (default 42)
  --out       folder of its checkpoints (default: the first free one of runs/rnn-from-scratch, …-2, …)
  --resume    goes on with the run in that folder
  --backend   ${BACKENDS}  (default wasm)
  --quick     a few batches of a tiny model     --json one JSON object as the last line
`

/** What may be on the command line, with its defaults. */
const FLAGS = {
  step: optional,
  epochs: optional,
  lr: optional,
  bs: optional,
  corpus: optional,
  seed: text('42'),
  backend,
  quick: flag,
  json: flag,
  out: optional,
  resume: flag,
} as const

export type Options = ReturnType<typeof readOptions>

export function readOptions(args: string[]) {
  const values = readFlags(args, FLAGS)
  return {
    step: values.step === undefined ? null : oneOf('step', values.step, NAMES),
    epochs: values.epochs === undefined ? null : integer('epochs', values.epochs, 1),
    lr: values.lr === undefined ? null : positive('lr', values.lr),
    bs: values.bs === undefined ? null : integer('bs', values.bs, 1),
    corpus: values.corpus ?? null,
    seed: integer('seed', values.seed, 0),
    backend: backendName(values.backend),
    quick: values.quick,
    json: values.json,
    out: values.out ?? null,
    resume: values.resume,
  }
}
