/** The page as it is built and served, in a browser. Pictures of it go to runs/screenshots. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium as driver, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromium, launchOptions, NO_CHROMIUM } from '../../../scripts/chromium.mjs'
import { webgpuArgs } from '../../../scripts/webgpu.mjs'

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const pictures = fileURLToPath(new URL('../../../runs/screenshots/', import.meta.url))

let server: ChildProcess
let browser: Browser
let origin: string

beforeAll(async () => {
  if (chromium === null) return
  await mkdir(pictures, { recursive: true })
  server = spawn(process.execPath, [program, '--port', '0'])
  origin = await new Promise((resolve, reject) => {
    let said = ''
    const listen = (chunk: Buffer) => {
      said += chunk
      const [url] = said.match(/http:\S+(?=\?backend=wasm)/) ?? []
      if (url) resolve(url)
    }
    server.stdout!.on('data', listen)
    server.stderr!.on('data', listen)
    server.on('close', () => reject(new Error(said)))
  })
  browser = await driver.launch({
    ...launchOptions,
    args: [...launchOptions.args, ...webgpuArgs],
  })
})

afterAll(async () => {
  await browser?.close()
  server?.kill()
})

/** A page on an address, and what it complained about. */
async function open(query: string, before?: (page: Page) => Promise<unknown>) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
  // the tests have their own, and a busy machine is no error
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
  const state = (wanted: string) => page.locator(`body[data-state=${wanted}]`).waitFor()
  return { page, complaints, requests, state }
}

const missing = chromium === null

/** Losses of each epoch of a run by the first backend: what the others are held against. */
let reference: number[] | null = null

describe.each(['wasm', 'webgl', 'webgpu'])('the page on %s', backend => {
  it('trains as on wasm, draws the loss and writes', { timeout: 120_000 }, async ctx => {
    ctx.skip(missing, NO_CHROMIUM)
    // SwiftShader needs a second for what a graphics card does in milliseconds
    const query = `?backend=${backend}&hidden=32&epochs=2&batches=4&letters=50&start`
    const { page, complaints, requests, state } = await open(query)
    await state('done')
    const history: { trnLoss: number; valLoss: number }[] = JSON.parse(
      (await page.locator('body').getAttribute('data-history')) ?? '',
    )
    expect(history.at(-1)!.trnLoss).toBeLessThan(history[0]!.trnLoss)
    expect(history.at(-1)!.valLoss).toBeLessThan(history[0]!.valLoss)
    const losses = history.flatMap(({ trnLoss, valLoss }) => [trnLoss, valLoss])
    reference ??= losses
    for (const [i, loss] of losses.entries()) {
      expect(Math.abs(loss - reference[i]!), `loss ${i}`).toBeLessThan(2e-3)
    }
    expect(await page.locator('#chart svg path.line').count()).toBeGreaterThan(0)
    expect(await page.locator('#samples pre').first().textContent()).toMatch(/^shall i .{40}/s)
    expect(await page.locator('#machine').textContent()).toMatch(/WebAssembly, |WebG(L|PU), \w/)
    expect(complaints).toEqual([])
    const own = [origin, `blob:${origin}`, 'data:']
    expect(requests.filter(url => !own.some(start => url.startsWith(start)))).toEqual([])
    await page.screenshot({ path: `${pictures}char-lm-${backend}.png`, fullPage: true })
    await page.close()
  })
})

it('is served so that threads can share memory, and says how many there are', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, state } = await open('?backend=wasm')
  await state('ready')
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  const cores = await page.evaluate(() => navigator.hardwareConcurrency)
  const threads = new RegExp(`^WebAssembly, .*SIMD, ${Math.min(16, cores)} threads?$`)
  expect(await page.locator('#machine').textContent()).toMatch(threads)
  await page.close()
})

it('stops when told to, and trains again', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, state } = await open('?backend=wasm&hidden=32&epochs=63&start')
  await page.locator('#samples li').nth(1).waitFor()
  await page.click('#stop')
  await state('done')
  expect(await page.locator('#samples h3').first().textContent()).toBe('when it was stopped')
  await page.selectOption('select[name=epochs]', '3')
  await page.click('#start')
  await page.locator('#samples h3', { hasText: 'in the end' }).waitFor()
  await page.close()
})

it('goes on after a reload, and after a stop, to the same losses', {
  timeout: 120_000,
}, async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const query = '?hidden=32&epochs=5&letters=20&'
  const attribute = (page: Page, name: string) => page.locator('body').getAttribute(`data-${name}`)
  const whole = await open(`${query}start`)
  await whole.state('done')
  const wanted = await attribute(whole.page, 'history')
  expect(JSON.parse(wanted!)).toHaveLength(5)
  // nothing is left of a run that is done
  expect(await whole.page.locator('#goOn').isHidden()).toBe(true)
  await whole.page.goto(`${origin}${query}resume`)
  await whole.state('ready')
  expect(await whole.page.locator('#problem').textContent()).toMatch(/^no run of this page waits/)
  await whole.page.close()

  const { page, complaints, state } = await open(`${query}start`)
  const saved = () => page.locator('body[data-saved]').waitFor()
  await saved()
  await page.reload()
  await saved()
  await page.click('#stop')
  await state('done')
  expect(Number(await attribute(page, 'resumed'))).toBeGreaterThan(0)
  expect(await attribute(page, 'history')).not.toBe(wanted)
  expect(page.url()).not.toContain('resume')
  // a page that knows of it only what the browser has kept
  await page.goto(`${origin}?letters=20`)
  await page.click('#goOn')
  await state('done')
  expect(Number(await attribute(page, 'resumed'))).toBeGreaterThan(20)
  expect(await attribute(page, 'history')).toBe(wanted)
  expect(await page.inputValue('select[name=epochs]')).toBe('5')
  expect(complaints).toEqual([])
  await page.close()
})

it('says what is wrong and what to do', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints, state } = await open('?backend=webgl', page =>
    page.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null
      Object.assign(globalThis, { OffscreenCanvas: undefined })
    }),
  )
  await state('failed')
  expect(await page.locator('#problem').textContent()).toBe(
    'WebGL is not available here; expected a page or a worker of a browser that has WebGL ' +
      "(Node has none). Import '@dl/backend-wasm' instead of '@dl/backend-webgl': it runs everywhere.",
  )
  expect(complaints).toEqual([])
  await page.click('text=WebAssembly')
  await state('ready')
  await page.selectOption('select[name=source]', 'url')
  await page.fill('input[name=url]', `${origin}none.txt`)
  await page.click('#start')
  await state('failed')
  expect(await page.locator('#problem').textContent()).toMatch(/none\.txt: HTTP 404/)
  await page.close()
})

it('takes any number from the address, and says in words which does not fit', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints, state } = await open('?epochs=1&hidden=48&batches=2&letters=20&start')
  await state('done')
  expect(await page.inputValue('select[name=hidden]')).toBe('48')
  expect(JSON.parse((await page.locator('body').getAttribute('data-history'))!)).toHaveLength(1)
  await page.goto(`${origin}?epochs=many`)
  await state('failed')
  expect(await page.locator('#problem').textContent()).toBe(
    'epochs is "many"; expected an integer from 1 to 1023. Change the address, or leave it out.',
  )
  expect(complaints).toEqual([])
  await page.close()
})
