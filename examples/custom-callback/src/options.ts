/** The command line. */
import { BACKENDS, smallOptions } from '@dl/example-kit'

export const HELP = `Lets a model learn a poem and write a line of it after each epoch.

  --epochs   (default 12)   --seed  (default 1)   --quick  two epochs
  --backend  ${BACKENDS}  (default wasm)
  --json     one JSON object as the last line
`

export const readOptions = (args: string[]) => smallOptions(args, { quick: '2', else: '12' })
