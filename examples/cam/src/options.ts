/** The command line. */
import { flag, integer, oneOf, optional, positive, readFlags, text } from '@dl/example-kit'

export const HELP = `Trains a small net and shows where in pictures it looks.

  --data      shapes | tiny | cifar10 | a folder or archive   (default shapes, made up)
  --method    cam | gradcam | gradcam++                       (default cam)
  --image     a picture of yours, to be looked at too
  --pictures  how many are drawn       (default 8)
  --epochs    (default 4)              --lr  (default 0.1)     --bs  (default 64)
  --load      weights of an earlier run: nothing is trained
  --seed      (default 42)             --out folder            (default runs/cam)
  --backend   wasm | cpu               (default wasm)
  --quick     little training          --json  one JSON object as the last line
`

const FLAGS = {
  help: flag,
  data: text('shapes'),
  method: text('cam'),
  image: optional,
  pictures: text('8'),
  epochs: optional,
  lr: text('0.1'),
  bs: text('64'),
  load: optional,
  seed: text('42'),
  out: text('runs/cam'),
  backend: text('wasm'),
  quick: flag,
  json: flag,
}

export type Options = ReturnType<typeof readOptions>

export const METHODS = ['cam', 'gradcam', 'gradcam++'] as const

export function readOptions(args: string[]) {
  const values = readFlags(args, FLAGS)
  return {
    help: values.help,
    data: values.data,
    method: oneOf('method', values.method, METHODS),
    image: values.image ?? null,
    pictures: integer('pictures', values.pictures),
    epochs: integer('epochs', values.epochs ?? (values.quick ? '1' : '4')),
    lr: positive('lr', values.lr),
    bs: integer('bs', values.bs),
    load: values.load ?? null,
    seed: integer('seed', values.seed, 0),
    out: values.out,
    backend: oneOf('backend', values.backend, ['wasm', 'cpu'] as const),
    quick: values.quick,
    json: values.json,
  }
}
