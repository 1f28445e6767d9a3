/** The command line. */
import { BACKENDS, smallOptions } from '@dl/example-kit'

export const HELP = `Teaches a GRU waves that are made as they are asked for, and lets it draw one.

  --epochs   (default 8)   --seed  (default 1)   --quick  two epochs of fewer waves
  --backend  ${BACKENDS}  (default wasm)
  --out      folder (default: the first free one of runs/custom-dataset, …-2, …)
  --resume   goes on with the run in that folder
  --json     one JSON object as the last line
`

export const readOptions = (args: string[]) => smallOptions(args, { quick: '2', else: '8' })
