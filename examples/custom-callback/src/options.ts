/** The command line. */
import {
  BACKENDS,
  backend,
  backendName,
  flag,
  integer,
  optional,
  readFlags,
  text,
} from '@dl/example-kit'

export const HELP = `Lets a model learn a poem and write a line of it after each epoch.

  --epochs   (default 12)   --seed  (default 1)   --backend  ${BACKENDS}  (default wasm)
  --quick    two epochs   --json  one JSON object as the last line
`

const FLAGS = {
  epochs: optional,
  seed: text('1'),
  backend,
  quick: flag,
  json: flag,
}

export function readOptions(args: string[]) {
  const values = readFlags(args, FLAGS)
  return {
    epochs: integer('epochs', values.epochs ?? (values.quick ? '2' : '12')),
    seed: integer('seed', values.seed, 0),
    backend: backendName(values.backend),
    quick: values.quick,
    json: values.json,
  }
}
