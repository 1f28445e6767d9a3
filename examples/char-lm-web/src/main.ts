/** Serves the page, which the build has put beside this file. */
import { program } from '@dl/example-kit'
import { servePage } from '@dl/example-kit/serve-page'
import { HELP, readOptions } from './options'

async function main(args: string[]): Promise<void> {
  const url = await servePage(new URL('.', import.meta.url), readOptions(args))
  console.log(
    `The page is at ${url}?backend=wasm, and with webgl or webgpu for wasm; Ctrl-C ends this.`,
  )
}

program(HELP, main)
