/**
 * Threads in real pages: cross-origin isolated, not, in a worker, under a content security policy.
 * What is trained has the same bits everywhere.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Browser, chromium as driver, type Page } from 'playwright'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromium, isolation, launchOptions, NO_CHROMIUM } from '../chromium.mjs'
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

interface Trained {
  history: { trnLoss: number; valLoss: number }[]
  stopped: string | null
  bits: number
}

interface Calls {
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
}

const html = (bundle: string) =>
  `<!doctype html><title>page</title><button>stop</button><script type="module" src="${bundle}.js"></script>`

const place = installed()
const bundles: Record<string, string> = {}
let server: Server
let origin: string
let browser: Browser
/** What one thread makes of it. */
let alone: Trained

beforeAll(async () => {
  if (chromium === null) return
  place.write('program.js', PROGRAM)
  bundles['esbuild.js'] = (await place.withEsbuild('program')).code
  bundles['vite.js'] = (await place.withVite('program')).code
  server = createServer(({ url = '' }, response) => {
    const [, site = '', file = ''] = url.split('/')
    const type = file.endsWith('.js') ? 'text/javascript' : 'text/html'
    response.writeHead(200, { ...SITES[site], 'Content-Type': type })
    response.end(bundles[file] ?? html(file))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await driver.launch(launchOptions)
  const { page, call } = await open('plain')
  alone = await call('train', 2)
  await page.close()
})

afterAll(async () => {
  await browser?.close()
  server?.close()
  place.remove()
})

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
async function open(site: string, bundle = 'esbuild') {
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
  await page.goto(`${origin}/${site}/${bundle}`)
  return { page, complaints, call: callsOf(page) }
}

/** From now on the page's calls go to the same program in a worker. */
const inWorker = (page: Page) =>
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
const trainOn = (page: Page) =>
  page.evaluate(() => {
    const { calls } = globalThis as never as { calls: Calls }
    Object.assign(globalThis, { training: calls.train(100_000) })
  })

const workersOf = (page: Page) => expect.poll(() => page.workers().length, { timeout: 20_000 })

beforeEach(ctx => {
  ctx.skip(chromium === null, NO_CHROMIUM)
})

describe('threads', () => {
  describe.each(['esbuild', 'vite'])('isolated, bundled by %s', bundle => {
    it('one for each core, and the bits of one', async () => {
      const { page, complaints, call } = await open('isolated', bundle)
      const { isolated, threads, threadsAlive, cores } = await call('info')
      expect({ isolated, threads, threadsAlive }).toEqual({
        isolated: true,
        threads: Math.min(16, cores),
        threadsAlive: 1,
      })
      expect(await call('gather')).toMatchObject({ threadsAlive: threads })
      expect(await call('train', 2)).toEqual(alone)
      await call('threads', 4)
      expect(await call('gather')).toMatchObject({ threads: 4, threadsAlive: 4 })
      expect(await call('train', 2)).toEqual(alone)
      expect(complaints).toEqual([])
      await page.close()
    })
  })

  it('leave the page to whoever clicks', async () => {
    const { page, call } = await open('isolated')
    await call('threads', 3)
    await call('gather')
    await trainOn(page)
    await page.click('button')
    const trained = () => (globalThis as never as { training: Promise<Trained> }).training
    expect(await page.evaluate(trained)).toMatchObject({ stopped: 'it was aborted' })
    await page.close()
  })

  it('are none where the page is not isolated, and the headers are told', async () => {
    const { page, complaints, call } = await open('plain')
    expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe('undefined')
    expect(await call('info')).toMatchObject({ isolated: false, threads: 1, threadsAlive: 1 })
    expect(await call('threads', 2)).toMatchInlineSnapshot(`
      {
        "code": "no-threads",
        "message": "2 threads were asked for, but this page's memory cannot be shared; expected a page that is cross-origin isolated. Serve it with the headers 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp'.",
        "name": "DlError",
      }
    `)
    expect(await call('train', 2)).toEqual(alone)
    expect(page.workers()).toEqual([])
    expect(complaints).toEqual([])
    await page.close()
  })

  it.each(['isolated', 'plain'])('in a worker of a page that is %s', async site => {
    const { page, complaints, call } = await open(site)
    await inWorker(page)
    const threads = site === 'isolated' ? 3 : 1
    const refusal = await call('threads', 3)
    expect(refusal?.code).toBe(site === 'isolated' ? undefined : 'no-threads')
    expect(await call('gather')).toMatchObject({ threads, threadsAlive: threads })
    expect(await call('train', 2)).toEqual(alone)
    expect(complaints).toEqual([])
    await trainOn(page)
    await page.evaluate(() => (globalThis as never as { end(): void }).end())
    await workersOf(page).toBe(0)
    await page.close()
  })

  it('of two pages at once', async () => {
    const pages = await Promise.all([open('isolated'), open('isolated')])
    const trained = pages.map(async ({ call }) => {
      await call('gather')
      return call('train', 2)
    })
    expect(await Promise.all(trained)).toEqual([alone, alone])
    for (const { page } of pages) await page.close()
  })

  it('are none under a policy that allows no worker from a Blob', async () => {
    const { page, complaints, call } = await open('strict')
    await call('threads', 2)
    expect(await call('train', 2)).toEqual(alone)
    expect(await call('info')).toMatchObject({ isolated: true, threads: 2, threadsAlive: 1 })
    expect(complaints).toEqual([expect.stringMatching(/^Creating a worker from 'blob:/)])
    await page.close()
  })

  it('end with a page that is left in the middle of training', async () => {
    const { page, complaints, call } = await open('isolated')
    await call('threads', 3)
    await call('gather')
    await trainOn(page)
    await page.reload()
    await workersOf(page).toBe(0)
    await call('threads', 3)
    await call('gather')
    expect(await call('train', 2)).toEqual(alone)
    expect(complaints).toEqual([])
    await trainOn(page)
    await page.close()
    const session = await browser.newBrowserCDPSession()
    const left = async () => {
      const { targetInfos } = await session.send('Target.getTargets')
      return targetInfos.filter(({ type }) => ['page', 'worker'].includes(type))
    }
    await expect.poll(left, { timeout: 20_000 }).toEqual([])
  })
})
