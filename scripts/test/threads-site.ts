/** Pages whose program trains and tells of its threads, served by different rules. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright'
import { isolation } from '../chromium.mjs'
import { installed } from './installed'

const PROGRAM = `
import { backendInfo, setThreads } from '@dl/backend-wasm'
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'
import { add, ones, ready } from '@tensorflow/tfjs-core'

const aborter = new AbortController()

const calls = {
  async info() {
    await ready()
    const { threads, threadsAlive } = backendInfo()
    return { isolated: crossOriginIsolated, threads, threadsAlive, cores: navigator.hardwareConcurrency }
  },

  async threads(count) {
    await ready()
    try {
      setThreads(count)
    } catch ({ name, code, message }) {
      return { name, code, message }
    }
  },

  /** Gives the threads work until all have come. */
  async gather() {
    await ready()
    const x = ones([2 ** 18])
    while (backendInfo().threadsAlive < backendInfo().threads) {
      add(x, x).dispose()
      await new Promise(resolve => setTimeout(resolve))
    }
    x.dispose()
    return calls.info()
  },

  async train(epochs) {
    await ready()
    manualSeed(1)
    const text = 'the quick brown fox jumps over the lazy dog. '.repeat(40)
    const field = new Field({ tokenize: chars })
    const options = { bs: 32, bptt: 16, lengthStep: 8, seed: 1 }
    const data = LanguageModelData.fromTexts({ train: text, validation: text }, field, options)
    const model = new CharLM({ vocab: data.nt, hidden: 128, layers: 1, dropout: 0.1 })
    const lo = new LayerOptimizer(adam, model, 0.01)
    const { history, stopped } = await fit(model, data, epochs, lo, crossEntropy, { signal: aborter.signal })
    let bits = 0
    for (const parameter of model.parameters()) {
      const { buffer } = await parameter.value.data()
      for (const word of new Int32Array(buffer)) bits = Math.imul(bits ^ word, 16777619)
    }
    return { history, stopped, bits }
  },
}

globalThis.calls = calls
if (typeof document === 'object') {
  document.querySelector('button').onclick = () => aborter.abort()
} else {
  onmessage = async ({ data: [name, argument] }) => postMessage(await calls[name](argument))
}
`

interface Info {
  isolated: boolean
  threads: number
  threadsAlive: number
  cores: number
}

export interface Trained {
  history: { trnLoss: number; valLoss: number }[]
  stopped: string | null
  bits: number
}

export interface Calls {
  info(): Promise<Info>
  threads(count: number): Promise<{ name: string; code: string; message: string } | undefined>
  gather(): Promise<Info>
  train(epochs: number): Promise<Trained>
}

/** What a page is served with, by the first part of its path. */
const SITES: Record<string, Record<string, string>> = {
  plain: {},
  isolated: isolation,
  strict: {
    ...isolation,
    'Content-Security-Policy': "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
  },
  forbidden: { 'Content-Security-Policy': "default-src 'none'; script-src 'self'" },
}

const html = (bundle: string) =>
  `<!doctype html><title>page</title><button>stop</button><script type="module" src="${bundle}.js"></script>`

/** Serves the program, bundled anew: `/isolated/esbuild` is a page with the one bundle, by the one site's rules. */
export async function serveProgram() {
  const place = installed()
  place.write('program.js', PROGRAM)
  const bundles: Record<string, string> = {
    'esbuild.js': (await place.withEsbuild('program')).code,
    'vite.js': (await place.withVite('program')).code,
  }
  place.remove()
  const server = createServer(({ url = '' }, response) => {
    const [, site = '', file = ''] = url.split('/')
    const type = file.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.writeHead(200, { ...SITES[site], 'Content-Type': type })
    response.end(bundles[file] ?? html(file))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

type Call = <N extends keyof Calls>(
  name: N,
  ...args: Parameters<Calls[N]>
) => Promise<Awaited<ReturnType<Calls[N]>>>

/** The calls of the page's program, or of those that `inWorker` has put in their place. */
const callsOf =
  (page: Page): Call =>
  (name, ...args) =>
    page.evaluate(
      ({ name, args }) => {
        const { calls } = globalThis as never as {
          calls: Record<string, (...xs: unknown[]) => never>
        }
        return calls[name]!(...args)
      },
      { name, args },
    )

/** A page with the program, and what it complained about. */
export async function openPage(browser: Browser, address: string) {
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  // a page's main thread must not wait; that it tried would otherwise go by unseen
  await page.addInitScript(() => {
    Atomics.wait = () => {
      console.error('Atomics.wait was called')
      return 'timed-out'
    }
  })
  await page.goto(address)
  return { page, complaints, call: callsOf(page) }
}

/** From now on the page's calls go to the same program in a worker. */
export const inWorker = (page: Page) =>
  page.evaluate(() => {
    const worker = new Worker('esbuild.js', { type: 'module' })
    const ask = (name: string, ...args: unknown[]) =>
      new Promise(resolve => {
        worker.onmessage = ({ data }) => resolve(data)
        worker.postMessage([name, ...args])
      })
    const calls = Object.fromEntries(
      ['info', 'threads', 'gather', 'train'].map(name => [name, ask.bind(null, name)]),
    )
    Object.assign(globalThis, { calls, end: () => worker.terminate() })
  })

/** Begins a training that is not to end by itself. */
export const trainOn = (page: Page) =>
  page.evaluate(() => {
    const { calls } = globalThis as never as { calls: Calls }
    Object.assign(globalThis, { training: calls.train(100_000) })
  })
