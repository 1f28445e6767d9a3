/** Serves the page, which the build has put beside this file. */
import { fileURLToPath } from 'node:url'
import { program } from '@dl/example-kit'
import { preview } from 'vite'
import { HELP, readOptions } from './options'

async function main(args: string[]): Promise<void> {
  const { port } = readOptions(args)
  const server = await preview({
    configFile: false,
    // what is not there is an error, not the page once more
    appType: 'mpa',
    root: fileURLToPath(new URL('.', import.meta.url)),
    build: { outDir: 'page' },
    preview: {
      port,
      host: '127.0.0.1',
      // browsers share memory between threads only in pages that come with these
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
  })
  const [url] = server.resolvedUrls?.local ?? []
  console.log(
    `The page is at ${url}?backend=wasm, and with webgl or webgpu for wasm; Ctrl-C ends this.`,
  )
}

program(HELP, main)
