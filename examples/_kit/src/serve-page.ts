/** Serves a page that the build has put beside the program, in a folder `page`. */
import { fileURLToPath } from 'node:url'
import { preview } from 'vite'

export interface ServeOptions {
  /** 0 takes a free one. */
  port: number
  /** Whether the page may share memory with its threads (default true). */
  isolated?: boolean
}

/** Browsers share memory between threads only in pages that come with these. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/**
 * @param folder where the program is: `new URL('.', import.meta.url)`
 * @returns the page's address
 */
export async function servePage(
  folder: URL,
  { port, isolated = true }: ServeOptions,
): Promise<string> {
  const server = await preview({
    configFile: false,
    // what is not there is an error, not the page once more
    appType: 'mpa',
    root: fileURLToPath(folder),
    build: { outDir: 'page' },
    preview: { port, host: '127.0.0.1', headers: isolated ? ISOLATION : {} },
  })
  return server.resolvedUrls?.local[0] ?? ''
}
