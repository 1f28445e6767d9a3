/**
 * Threads in real pages: cross-origin isolated, not, in a worker, under a content security policy.
 * What is trained has the same bits everywhere.
 */
import { type Browser, chromium as driver, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromium, launchOptions, NO_CHROMIUM } from '../chromium.mjs'
import { inWorker, openPage, serveProgram, type Trained, trainOn } from './threads-site'

let served: Awaited<ReturnType<typeof serveProgram>> | undefined
let browser: Browser | undefined
/** What one thread makes of it. */
let alone: Trained

const open = (site: string, bundle = 'esbuild') =>
  openPage(browser!, `${served!.origin}/${site}/${bundle}`)

async function closePages() {
  for (const context of browser?.contexts() ?? []) await context.close()
}

beforeAll(async () => {
  if (chromium === null) return
  served = await serveProgram()
  browser = await driver.launch(launchOptions)
  const { call } = await open('plain')
  alone = await call('train', 2)
  await closePages()
})

afterAll(async () => {
  await browser?.close()
  served?.close()
})

beforeEach(ctx => {
  ctx.skip(chromium === null, NO_CHROMIUM)
})

afterEach(closePages)

const workersOf = (page: Page) => expect.poll(() => page.workers().length, { timeout: 20_000 })

describe('threads', () => {
  describe.each(['esbuild', 'vite'])('isolated, bundled by %s', bundle => {
    it('one for each core, and the bits of one', async () => {
      const { complaints, call } = await open('isolated', bundle)
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
  })

  it('of two pages at once', async () => {
    const pages = await Promise.all([open('isolated'), open('isolated')])
    const trained = pages.map(async ({ call }) => {
      await call('gather')
      return call('train', 2)
    })
    expect(await Promise.all(trained)).toEqual([alone, alone])
  })

  it('are none under a policy that allows no worker from a Blob', async () => {
    const { complaints, call } = await open('strict')
    await call('threads', 2)
    expect(await call('train', 2)).toEqual(alone)
    expect(await call('info')).toMatchObject({ isolated: true, threads: 2, threadsAlive: 1 })
    expect(complaints).toEqual([expect.stringMatching(/worker from 'blob:/)])
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
    const session = await browser!.newBrowserCDPSession()
    const left = async () => {
      const { targetInfos } = await session.send('Target.getTargets')
      return targetInfos.filter(({ type }) => ['page', 'worker'].includes(type))
    }
    await expect.poll(left, { timeout: 20_000 }).toEqual([])
  })
})

it('a policy that forbids WebAssembly is an error, not a change to a slower backend', async () => {
  const { call } = await open('forbidden')
  await expect(call('train', 1)).rejects.toThrow(
    /DlError: the engine does not compile the kernels: .*; expected WebAssembly with SIMD, allowed by the content security policy\. .*a policy must contain 'wasm-unsafe-eval'\./,
  )
})
