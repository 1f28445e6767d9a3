/** The command line. */
import { BACKENDS, smallOptions } from '@dl/example-kit'

export const HELP = `Teaches a GRU waves that are made as they are asked for, and lets it draw one.

  --epochs   (default 8)   --seed  (default 1)   --quick  two epochs of fewer waves
  --backend  ${BACKENDS}  (default wasm)
  --json     one JSON object as the last line
`

export const readOptions = (args: string[]) => smallOptions(args, { quick: '2', else: '8' })
