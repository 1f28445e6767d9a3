/** "Find the learning rate" and "See what it sees", in a browser. Pictures of them go to runs/screenshots. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodePng } from '@dl/vision'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { chromium, NO_CHROMIUM } from '../../../scripts/chromium.mjs'
import { pictures, type ServedPage, servedPage } from '../../../scripts/served-page'
import { atStep, complains, state } from './open'

vi.setConfig({ testTimeout: 120_000 })

const missing = chromium === null
const OTHER_WEIGHTS = 'e30' // a header of nothing: {}

let site: ServedPage
beforeAll(async () => {
  if (missing) return
  await mkdir(pictures, { recursive: true })
  // without the headers: one thread, and everything else as with them
  site = await servedPage('playground', '--not-isolated')
})
afterAll(() => site?.close())

/** The picture under its map, as text to compare. */
const seen = (page: Page) =>
  page.locator('#seen').evaluate(canvas => (canvas as HTMLCanvasElement).toDataURL())

it('finds a learning rate, which a click carries into the run', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints } = await site.open('?hidden=32')
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false)
  await atStep(page, 3)
  expect(await page.locator('#machine').textContent()).toMatch(/, 1 thread\./)
  await page.click('#views [data-view=lr-finder]')
  expect(page.url()).toBe(`${site.origin}?view=lr-finder&hidden=32`)
  await page.locator('#finder[data-state=found]').waitFor()
  const suggested = Number(/[\d.e-]+$/.exec((await page.locator('#use-lr').textContent())!)![0])
  expect(suggested).toBeGreaterThan(1e-4)
  expect(suggested).toBeLessThan(0.1)
  await page.screenshot({ path: `${pictures}playground-lr-finder.png`, fullPage: true })
  await page.click('#use-lr')
  expect(page.url()).toBe(`${site.origin}?hidden=32&lr=${suggested}`)
  expect(await page.locator('#lr-value').textContent()).toBe(String(suggested))
  await state(page, 'training')
  await page.goto(`${site.origin}?hidden=16&embed=lr-finder`)
  await page.locator('#finder[data-state=found]').waitFor()
  expect(await page.locator('header').isVisible()).toBe(false)
  await page.context().close()
  expect(complaints).toEqual([])
})

it('maps what the net looks at, by picture, class, method and layer, while it learns', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints } = await site.open('?view=see')
  await page.locator('#seen[data-looks]').waitFor()
  await atStep(page, 4)
  await page.click('#see-go')
  await page.locator('#see[data-state=paused]').waitFor()
  /** The picture once it has been looked at anew. */
  const after = async (act: () => Promise<unknown>) => {
    const looks = await page.locator('#seen').getAttribute('data-looks')
    await act()
    await page.waitForFunction(
      looks => document.getElementById('seen')!.dataset.looks !== looks,
      looks,
    )
    return seen(page)
  }
  const ofClasses: string[] = []
  for (const i of [0, 1, 2, 3]) {
    ofClasses.push(await after(() => page.click(`#classes button >> nth=${i}`)))
  }
  expect(new Set(ofClasses).size).toBeGreaterThan(1)
  const chosen = page.locator('#classes [aria-pressed=true] span').first()
  expect(await chosen.textContent()).toBe('triangle')
  const other = await after(() => page.hover('#gallery button >> nth=5'))
  expect(ofClasses).not.toContain(other)
  const last = await after(() => page.selectOption('#method', 'gradcam'))
  const earlier = await after(() => page.selectOption('#layer', '0'))
  expect(new Set([other, last, earlier]).size).toBeGreaterThan(1)
  await page.click('#zoom')
  await page.locator('#part-verdict', { hasText: /^Of this part alone: \w+, \d+ %$/ }).waitFor()
  await page.hover('#seen')
  expect(await page.locator('#verdict').textContent()).toMatch(/^Here it sees \w+$/)
  await page.screenshot({ path: `${pictures}playground-see.png`, fullPage: true })

  const weights = (name: string, buffer: Buffer) =>
    page.setInputFiles('#weights-input', { name, mimeType: '', buffer })
  const nothing = Buffer.from(OTHER_WEIGHTS, 'base64')
  const length = Buffer.from(BigUint64Array.of(BigInt(nothing.length)).buffer)
  await weights('other.safetensors', Buffer.concat([length, nothing]))
  await complains(page, 'other.safetensors holds no weights by name; expected those of torchvision')
  await weights('cat.pth', Buffer.from('miau'))
  await complains(page, 'cat.pth')
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File(['no pixels'], 'cat.png', { type: 'image/png' }))
    document.dispatchEvent(new DragEvent('drop', { dataTransfer }))
  })
  await complains(page, 'cat.png is no picture that this browser can decode; expected PNG')
  await page.context().close()
  expect(complaints).toEqual([])
})

/** Folders of squares of a colour each, and a file that is no picture. */
async function folders(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dl-playground-'))
  for (const [name, channel] of [
    ['red', 0],
    ['blue', 2],
  ] as const) {
    await mkdir(join(folder, name))
    for (let i = 0; i < 6; i++) {
      const data = new Uint8Array(3 * 20 * 16).map((_, at) => (at % 3 === channel ? 250 : 20 * i))
      const image = { width: 20, height: 16, channels: 3, data }
      await writeFile(join(folder, name, `${i}.png`), await encodePng(image))
    }
  }
  await writeFile(join(folder, 'red', 'list.csv'), 'file,colour')
  return folder
}

it('learns folders of pictures, and what a camera sees', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints } = await site.open('?view=see&paused')
  const folder = await folders()
  await page.setInputFiles('#folders-input', folder)
  await complains(page, '1 of 13 files are no pictures and left out: list.csv')
  await rm(folder, { recursive: true })
  await page.locator('#see[data-state=done]').waitFor()
  expect((await page.locator('#classes span:first-child').allTextContents()).sort()).toEqual([
    'blue',
    'red',
  ])
  expect(await page.locator('#see-accuracy').textContent()).toMatch(/^\d+ %$/)

  await page.click('#camera')
  for (const which of [0, 1]) {
    await page.hover(`#record-${which}`)
    await page.mouse.down()
    await page.locator(`#record-${which} span`, { hasText: /^[6-9]|\d\d$/ }).waitFor()
    await page.mouse.up()
  }
  await page.click('#record-done')
  await page.locator('#see[data-state=done]').waitFor()
  expect(await page.locator('#see-what').textContent()).toBe('the one and the other')
  expect(await page.locator('#recorder').isVisible()).toBe(false)
  await page.locator('#verdict', { hasText: /^It sees the (one|other)$/ }).waitFor()
  await page.context().close()
  expect(complaints).toEqual([])
})
