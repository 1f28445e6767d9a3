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

export const HELP = `Trains a small net and draws where in pictures it sees its classes.

  --data      shapes | patches | cifar10 | tiny | a folder or archive with train/<class>/
              and valid/<class>/ or test/<class>/   (default shapes, of a quick run the easier
              patches: made up, nothing to load)
  --image     a picture file to explain, too
  --method    cam | gradcam | gradcam++                (default cam, the lesson's)
  --load      weights that an earlier run saved, instead of training
  --count     pictures to learn from at most           (default 2000)
  --epochs    of a 1cycle run (default 6)              --lr  (default 1e-2)     --bs  (default 32)
  --seed      (default 42)      --out  folder (default: the first
              free one of runs/cam, runs/cam-2, …)
  --resume    goes on with the run in that folder
  --backend   ${BACKENDS}  (default wasm)
  --quick     a few pictures, one epoch                --json  one JSON object as the last line
`

const FLAGS = {
  data: optional,
  image: optional,
  method: text('cam'),
  load: optional,
  count: optional,
  epochs: optional,
  lr: text('1e-2'),
  bs: optional,
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
  const { quick } = values
  return {
    data: values.data ?? (quick ? 'patches' : 'shapes'),
    image: values.image ?? null,
    method: oneOf('method', values.method, ['cam', 'gradcam', 'gradcam++'] as const),
    load: values.load ?? null,
    count: integer('count', values.count ?? (quick ? '160' : '2000')),
    epochs: integer('epochs', values.epochs ?? (quick ? '1' : '6')),
    lr: positive('lr', values.lr),
    bs: integer('bs', values.bs ?? (quick ? '8' : '32')),
    seed: integer('seed', values.seed, 0),
    out: values.out ?? null,
    resume: values.resume,
    backend: backendName(values.backend),
    quick,
    json: values.json,
  }
}
