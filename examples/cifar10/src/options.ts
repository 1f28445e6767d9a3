/** The command line. Every default is the lesson's. */
import { DlError } from '@dl/core'
import {
  BACKENDS,
  backend,
  backendName,
  flag,
  fraction,
  integer,
  notNegative,
  oneOf,
  optional,
  positive,
  readFlags,
  text,
} from '@dl/example-kit'
import { LADDER, type ModelName, NAMES } from './ladder'

export const HELP = `Trains one of the lesson's image nets, from two matrices to a residual net.

  --model     ${NAMES.slice(0, 4).join(' | ')} |
              ${NAMES.slice(4).join(' | ')}                      (default resnet2)
  --data      cifar10 | tiny | shapes | patches | a folder or archive with
              train/<class>/ and valid/<class>/ or test/<class>/   (default cifar10)
  --epochs    (default 2, or one cycle)
  --cycle-len epochs of a cosine cycle                         (default: constant lr)
  --lr        (default: the lesson's for the model)     --bs  (default 256)
  --wd        (default: the lesson's for the model)
  --moving-average  what batch norm keeps of its average, 0.9 say (default: the last batch alone)
  --tta       averages over augmented pictures at the end
  --lr-find   looks for a learning rate and draws the curve, without training
  --seed      (default 42)      --out  folder (default: the first of runs/cifar10,
              runs/cifar10-2, … without a run of the model)
  --resume    goes on with the run of the model in that folder
  --backend   ${BACKENDS}  (default wasm)
  --quick     a cycle of some small batches     --json  one JSON object as the last line
`

const FLAGS = {
  model: text('resnet2'),
  data: text('cifar10'),
  epochs: optional,
  'cycle-len': optional,
  lr: optional,
  wd: optional,
  bs: optional,
  'moving-average': optional,
  tta: flag,
  'lr-find': flag,
  seed: text('42'),
  out: optional,
  resume: flag,
  backend,
  quick: flag,
  json: flag,
}

export type Options = ReturnType<typeof readOptions>

export function readOptions(args: string[]) {
  const values = readFlags(args, FLAGS)
  const model: ModelName = oneOf('model', values.model, NAMES)
  const { lr, wd } = LADDER[model]
  const kept = values['moving-average']
  const cycleLen = values['cycle-len']
  const asked = cycleLen === undefined ? null : integer('cycle-len', cycleLen)
  const epochs = integer('epochs', values.epochs ?? String(asked ?? (values.quick ? 1 : 2)))
  // so that the last batches, whose statistics the lesson's BnLayer judges by, change little
  const length = asked ?? (values.quick ? epochs : null)
  if (length !== null && epochs % length !== 0) {
    throw new DlError('bad-option', {
      problem: `--epochs is ${epochs} with a --cycle-len of ${length}`,
      expected: 'whole cycles',
    })
  }
  return {
    model,
    data: values.data,
    epochs,
    cycleLen: length,
    lr: positive('lr', values.lr ?? String(lr)),
    wd: values.wd === undefined ? wd : notNegative('wd', values.wd),
    bs: integer('bs', values.bs ?? (values.quick ? '16' : '256')),
    movingAverage: kept === undefined ? null : fraction('moving-average', kept),
    tta: values.tta,
    lrFind: values['lr-find'],
    seed: integer('seed', values.seed, 0),
    out: values.out ?? null,
    resume: values.resume,
    backend: backendName(values.backend),
    quick: values.quick,
    json: values.json,
  }
}
