/** A page that trains, made of the packages as they are built, by bundlers without configuration. */
import { gzipSync } from 'node:zlib'
import { type Browser, chromium as driver } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium, launchOptions, NO_CHROMIUM } from '../chromium.mjs'
import { type Bundle, installed } from './installed'
import { CHAR_LM } from './packed/char-lm'

/**
 * In thousands of bytes after gzip. Ours had 21, and the page with WebGL 160, before every gradient was
 * put right and every argument was checked in words; 47 and 202 before runs could go on from checkpoints;
 * 57 and 219 before a page took SHA-256 sums piece by piece; 60 and 222 before sizes that no memory has
 * were refused in words, and a kernel that fails left nothing.
 */
const LIMITS = { wasm: 260, webgl: 224, ours: 61 }

const place = installed()
let browser: Browser | undefined

beforeAll(async () => {
  for (const backend of ['wasm', 'webgl']) {
    place.write(`${backend}.js`, `import '@dl/backend-${backend}'\n${CHAR_LM}`)
  }
  place.write('ours.js', CHAR_LM)
  if (chromium !== null) browser = await driver.launch(launchOptions)
})

afterAll(async () => {
  await browser?.close()
  place.remove()
})

interface Outcome {
  history: { trnLoss: number; valLoss: number }[]
  length: number
}

/** Runs a bundle in an empty page. */
async function run({ code }: Bundle): Promise<{ outcome: Outcome; complaints: string[] }> {
  const page = await browser!.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  await page.route('**/*', route =>
    route.request().url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: code })
      : route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>page</title>' }),
  )
  await page.goto('http://bundle.test/')
  await page.addScriptTag({ url: '/page.js', type: 'module' })
  const outcome = await page.evaluate(() => (globalThis as never as { result: Outcome }).result)
  await page.close()
  return { outcome, complaints }
}

const size = (code: string) => gzipSync(code, { level: 9 }).length / 1000
const outcomes: Outcome[] = []

describe.each(['wasm', 'webgl'] as const)('a page with @dl/backend-%s', backend => {
  describe.each([
    ['esbuild', place.withEsbuild],
    ['Vite', place.withVite],
    ['webpack', place.withWebpack],
  ])('bundled by %s', (bundler, bundle) => {
    it('needs nothing of Node and trains', { timeout: 120_000 }, async ctx => {
      const made = await bundle(backend)
      // what reads checkpoints comes when a run is to go on
      expect(made.imports.filter(path => !/\/resume-/.test(path))).toEqual([])
      expect(made.code).not.toMatch(/dlopen|@dl\/native|DL_NATIVE/)
      console.log(`${bundler}, page with ${backend}: ${size(made.code).toFixed(1)} KB gzip`)
      // without webpack's own minifier, which takes most of its time, what it marks as unused stays
      if (bundler !== 'webpack') expect(size(made.code)).toBeLessThan(LIMITS[backend])
      ctx.skip(chromium === null, `the bundle is whole, but ${NO_CHROMIUM}`)
      const { outcome, complaints } = await run(made)
      expect(complaints).toEqual([])
      const [first, last] = outcome.history
      expect(last!.valLoss).toBeLessThan(first!.valLoss)
      expect(outcome.length).toBe(8)
      outcomes.push(outcome)
      for (const [i, { valLoss }] of outcomes[0]!.history.entries()) {
        expect(Math.abs(outcome.history[i]!.valLoss - valLoss)).toBeLessThan(2e-3)
      }
    })
  })
})

it('is small where it is ours', async () => {
  const code = await place.firstLoad('ours', ['@tensorflow/*', '#tfjs-gradients'])
  console.log(`our packages alone: ${size(code).toFixed(1)} KB gzip`)
  expect(size(code)).toBeLessThan(LIMITS.ours)
})
