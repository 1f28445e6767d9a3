/** The command line. Every default is the lesson's, or the fastest that still learns to write. */
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
import { LR } from './lesson'

export const HELP = `Trains a character language model with SGDR and lets it write.

  --corpus    nietzsche | shakespeare | embedded | a file or folder   (default: nietzsche,
              else the TypeScript library's declaration files, which every install holds)
  --model     rnn | gru | lstm                                        (default gru)
  --hidden    size of the state                                       (default 256)
  --layers    recurrent layers, with dropout 0.5 between              (default 1)
  --bs        streams read side by side                               (default 64)
  --bptt      steps a gradient goes back, on average                  (default 8)
  --epochs    a power of two less one ends on a cycle's end           (default 7)
  --cycle-mult  growth of the cycles                                  (default 2)
  --lr        (default 1e-2 for lstm, else 3e-3)      --wd   (default 1e-5)
  --seed      (default 42)                            --out  folder (default: the first
              free one of runs/char-lm, runs/char-lm-2, …)
  --resume    goes on with the run in that folder
  --backend   ${BACKENDS}  (default wasm)
  --quick     a few batches only                      --json one JSON object as the last line
  --lr-find   looks for a learning rate and draws the curve, without training
  --load      a checkpoint: evaluates it and writes, without training
`

const QUICK_EPOCHS = 1

/** What may be on the command line, with its defaults. */
const FLAGS = {
  corpus: optional,
  model: text('gru'),
  hidden: text('256'),
  layers: text('1'),
  bs: text('64'),
  bptt: text('8'),
  epochs: optional,
  'cycle-mult': text('2'),
  lr: optional,
  wd: text('1e-5'),
  seed: text('42'),
  out: optional,
  resume: flag,
  backend,
  quick: flag,
  json: flag,
  'lr-find': flag,
  load: optional,
}

export type Options = ReturnType<typeof readOptions>

export function readOptions(args: string[]) {
  const values = readFlags(args, FLAGS)
  const cell = oneOf('model', values.model, ['rnn', 'gru', 'lstm'] as const)
  return {
    corpus: values.corpus ?? null,
    cell,
    hidden: integer('hidden', values.hidden),
    layers: integer('layers', values.layers),
    bs: integer('bs', values.bs),
    bptt: integer('bptt', values.bptt),
    epochs: integer('epochs', values.epochs ?? (values.quick ? String(QUICK_EPOCHS) : '7')),
    cycleMult: integer('cycle-mult', values['cycle-mult']),
    lr: positive('lr', values.lr ?? String(LR[cell])),
    wd: positive('wd', values.wd),
    seed: integer('seed', values.seed, 0),
    out: values.out ?? null,
    resume: values.resume,
    backend: backendName(values.backend),
    quick: values.quick,
    json: values.json,
    lrFind: values['lr-find'],
    load: values.load ?? null,
  }
}
