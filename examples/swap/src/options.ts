/** The command line. */
import { BACKENDS, backend, backendName, flag, optional, readFlags } from '@dl/example-kit'

export const HELP = `Learns four lines about the sea on any backend and goes on from "The".

  --backend  ${BACKENDS}  (default wasm)
  --out      folder (default: the first free one of runs/swap, …-2, …)
  --resume   goes on with the run in that folder, on another backend if you like
`

export function readOptions(args: string[]) {
  const { out, resume, ...values } = readFlags(args, { backend, out: optional, resume: flag })
  return { backend: backendName(values.backend), out: out ?? null, resume }
}
