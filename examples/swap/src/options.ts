/** The command line. */
import { BACKENDS, backend, backendName, readFlags } from '@dl/example-kit'

export const HELP = `Learns four lines about the sea on any backend and goes on from "The".

  --backend  ${BACKENDS}  (default wasm)
`

export const readOptions = (args: string[]) => ({
  backend: backendName(readFlags(args, { backend }).backend),
})
