/** An example's page as it is built and served, in the machine's Chromium: what tests of pages share. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright'
import { launchOptions } from './chromium.mjs'
import { webgpuArgs } from './webgpu.mjs'

const root = new URL('../', import.meta.url)

/** A picture that moves, and nobody is asked whether the page may see it. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/** Where pictures of the pages go. */
export const pictures = fileURLToPath(new URL('runs/screenshots/', root))

export interface OpenPage {
  /** In a context of its own, which is to be closed with it: `page.context().close()`. */
  page: Page
  /** Errors and what the console called so. */
  complaints: string[]
  /** All addresses that were asked for. */
  requests: string[]
}

export interface ServedPage {
  readonly origin: string
  open(
    query: string,
    options?: { context?: BrowserContextOptions; before?(page: Page): Promise<unknown> },
  ): Promise<OpenPage>
  close(): Promise<void>
}

/** Starts the program of an example and a browser. */
export async function servedPage(example: string, ...args: string[]): Promise<ServedPage> {
  const program = fileURLToPath(new URL(`examples/${example}/dist/main.js`, root))
  const server = spawn(process.execPath, [program, '--port', '0', ...args])
  const origin = await addressOf(server)
  const browser: Browser = await driver.launch({
    ...launchOptions,
    args: [...launchOptions.args, ...webgpuArgs, ...CAMERA],
  })
  return {
    origin,
    async open(query, { context = {}, before } = {}) {
      const viewport = { width: 1280, height: 860 }
      const page = await (await browser.newContext({ viewport, ...context })).newPage()
      // what trains in a page takes its time where everything else is tested beside it
      page.setDefaultTimeout(110_000)
      const complaints: string[] = []
      const requests: string[] = []
      page.on('pageerror', error => complaints.push(String(error)))
      page.on('console', message => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('request', request => requests.push(request.url()))
      await before?.(page)
      await page.goto(`${origin}${query}`)
      return { page, complaints, requests }
    },
    async close() {
      await browser.close()
      server.kill()
    },
  }
}

function addressOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const listen = (chunk: Buffer) => {
      said += chunk
      const [url] = said.match(/http:\S+?(?=[?\s])/) ?? []
      if (url) resolve(url)
    }
    server.stdout!.on('data', listen)
    server.stderr!.on('data', listen)
    server.on('close', () => reject(new Error(said)))
  })
}
