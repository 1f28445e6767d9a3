/** The command line. */
import { flag, integer, readFlags, text } from '@dl/example-kit'

export const HELP = `Serves a page in which nets train before your eyes.

  --port          (default 4173; 0 takes a free one)
  --not-isolated  sends the page without the headers that let it share memory between threads
`

export function readOptions(args: string[]) {
  const { port, ...flags } = readFlags(args, { port: text('4173'), 'not-isolated': flag })
  return { port: integer('port', port, 0, 65_535), isolated: !flags['not-isolated'] }
}
