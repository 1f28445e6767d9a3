/** The command line. */
import { integer, readFlags, text } from '@dl/example-kit'

export const HELP = `Serves a page in which a character model trains before your eyes.

  --port  (default 4173; 0 takes a free one)
`

export function readOptions(args: string[]) {
  const { port } = readFlags(args, { port: text('4173') })
  return { port: integer('port', port, 0, 65_535) }
}
