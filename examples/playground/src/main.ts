/** Serves the page, which the build has put beside this file. */
import { program } from '@dl/example-kit'
import { servePage } from '@dl/example-kit/serve-page'
import { HELP, readOptions } from './options'

async function main(args: string[]): Promise<void> {
  const url = await servePage(new URL('.', import.meta.url), readOptions(args))
  console.log(`The playground is at ${url} ; Ctrl-C ends this.`)
}

program(HELP, main)
