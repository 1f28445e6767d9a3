/** The command line. */
import { BACKENDS, smallOptions } from '@dl/example-kit'

export const HELP = `Lets a model learn a poem and write a line of it after each epoch.

  --epochs   (default 12)   --seed  (default 1)   --quick  two epochs
  --backend  ${BACKENDS}  (default wasm)
  --out      folder (default: the first free one of runs/custom-callback, …-2, …)
  --resume   goes on with the run in that folder
  --json     one JSON object as the last line
`

export const readOptions = (args: string[]) => smallOptions(args, { quick: '2', else: '12' })
