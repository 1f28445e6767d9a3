/** The command line. */
import {
  BACKENDS,
  backend,
  backendName,
  flag,
  integer,
  notNegative,
  optional,
  positive,
  readFlags,
  text,
} from '@dl/example-kit'

export const HELP = `Turns parts of a net off, one at a time, and says what that changed; about three minutes.

  --data      shapes | patches | tiny | cifar10 | a folder or archive   (default shapes, of a
              quick run the easier patches: made up, small)
  --seeds     runs of each variant     (default 3)
  --epochs    of each run              (default 6)
  --lr        (default 5e-3)           --wd  (default 1e-3)     --bs  (default 32)
  --out       folder of the runs (default: the first free one of runs/ablation, …-2, …)
  --resume    goes on with the study in that folder
  --backend   ${BACKENDS}  (default wasm)
  --quick     few pictures, two seeds, one epoch     --json  one JSON object as the last line
`

const FLAGS = {
  data: optional,
  seeds: optional,
  epochs: optional,
  lr: text('5e-3'),
  wd: text('1e-3'),
  bs: optional,
  backend,
  quick: flag,
  json: flag,
  out: optional,
  resume: flag,
}

export function readOptions(args: string[]) {
  const values = readFlags(args, FLAGS)
  return {
    data: values.data ?? (values.quick ? 'patches' : 'shapes'),
    seeds: integer('seeds', values.seeds ?? (values.quick ? '2' : '3')),
    epochs: integer('epochs', values.epochs ?? (values.quick ? '1' : '6')),
    bs: integer('bs', values.bs ?? (values.quick ? '8' : '32')),
    lr: positive('lr', values.lr),
    wd: notNegative('wd', values.wd),
    backend: backendName(values.backend),
    quick: values.quick,
    json: values.json,
    out: values.out ?? null,
    resume: values.resume,
  }
}
