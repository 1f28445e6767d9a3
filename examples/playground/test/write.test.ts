/** "Write like …" as it is built and served, in a browser. Pictures of it go to runs/screenshots. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { chromium, NO_CHROMIUM } from '../../../scripts/chromium.mjs'
import { pictures, type ServedPage, servedPage } from '../../../scripts/served-page'
import { root } from '../../../scripts/workspace.mjs'
import { atStep, complains, state, stepOf } from './open'

vi.setConfig({ testTimeout: 120_000 })

const missing = chromium === null
/** A graphics card that a processor plays takes a minute to compile its programs: the long form's. */
const swaps = process.env.DL_TEST_WHOLE === 'yes' ? ['webgl', 'webgpu'] : []

let site: ServedPage
beforeAll(async () => {
  if (missing) return
  await mkdir(pictures, { recursive: true })
  site = await servedPage('playground')
})
afterAll(() => site?.close())

const small = 'hidden=32&epochs=2'
/** The program of the page and the losses that the page offers with it. */
async function copied(page: Page) {
  await page.click('#copy')
  const program = (await page.locator('#program-code').textContent())!
  const [losses, text] = await Promise.all(
    ['losses', 'text'].map(name =>
      page
        .locator(`#program-${name}`)
        .evaluate(async link => (await fetch((link as HTMLAnchorElement).href)).text()),
    ),
  )
  await page.keyboard.press('Escape')
  return { program, losses: losses!, text: text! }
}

/** Slides the learning rate to 10^exponent, as a hand would. */
const slide = (page: Page, exponent: number) =>
  page.locator('#lr').evaluate((slider, exponent) => {
    ;(slider as HTMLInputElement).value = String(exponent)
    slider.dispatchEvent(new Event('input'))
  }, exponent)

/** Runs a program in Node, where the packages are. */
async function runInNode(program: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dl-playground-'))
  try {
    await writeFile(join(folder, 'text.txt'), text)
    await symlink(join(root, 'examples/playground/node_modules'), join(folder, 'node_modules'))
    const { transform } = await import('esbuild')
    const { code } = await transform(program, { loader: 'ts', format: 'esm' })
    await writeFile(join(folder, 'program.mjs'), code)
    const child = spawn(process.execPath, ['program.mjs'], { cwd: folder })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        said += chunk
      })
    }
    await new Promise(resolve => child.on('close', resolve))
    return said
  } finally {
    await rm(folder, { recursive: true })
  }
}

it('trains, draws, writes, and is the same in Node as it is copied', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  // so small a run may be over before a busy machine slides anything
  const { page, complaints, requests } = await site.open(`?paused&${small}`)
  for (let i = 1; i <= 8; i++) {
    await page.click('#step')
    await atStep(page, i)
  }
  await slide(page, -2)
  await page.click('#go')
  await state(page, 'done')
  const steps = await stepOf(page)
  expect(await page.locator('#machine').textContent()).toMatch(/^WebAssembly, \w+ SIMD, \d+ thread/)
  expect(await page.locator('#sample').textContent()).toMatch(/^shall i .{100}/s)
  expect(await page.locator('#film li').count()).toBeGreaterThan(2)
  expect(await page.locator('#letter li').count()).toBe(5)
  expect(page.url()).toBe(`${site.origin}?hidden=32&lr=0.01&epochs=2`)
  const { program, losses, text } = await copied(page)
  expect(program).toMatch(/const lrs.+ 0.01 }/)
  const own = [site.origin, `blob:${site.origin}`, 'data:']
  expect(requests.filter(url => !own.some(start => url.startsWith(start)))).toEqual([])
  await page.screenshot({ path: `${pictures}playground-write.png`, fullPage: true })
  await page.context().close()
  expect(complaints).toEqual([])
  const said = await runInNode(program, text)
  expect(steps).toBeGreaterThan(50)
  expect(losses.trim().split('\n')).toHaveLength(steps)
  expect(said.split('\n').slice(0, steps).join('\n')).toBe(losses.trim())
})

it('stops, takes a step, goes on, and remembers in its address that it is paused', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints } = await site.open('?hidden=32&paused')
  await state(page, 'paused')
  expect(await stepOf(page)).toBe(0)
  await page.locator('body').press('.')
  await atStep(page, 1)
  await page.click('#step')
  await atStep(page, 2)
  await state(page, 'paused')
  expect(await stepOf(page)).toBe(2)
  await page.locator('#step').blur()
  await page.locator('body').press(' ')
  await atStep(page, 10)
  expect(page.url()).toBe(`${site.origin}?hidden=32`)
  await page.locator('body').press(' ')
  await state(page, 'paused')
  expect(page.url()).toBe(`${site.origin}?hidden=32&paused`)
  await page.click('#restart')
  await page.click('#step')
  await atStep(page, 1)
  expect(await page.locator('#lead').textContent()).toBe('The dashed curve is the run before.')
  await page.context().close()
  expect(complaints).toEqual([])
})

it('saves a run, which survives a reload and another tab, and says so when the disk is full', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints } = await site.open('?hidden=32&seed=7&paused')
  for (let i = 1; i <= 3; i++) {
    await page.click('#step')
    await atStep(page, i)
  }
  await page.click('#save')
  const saved = page.locator('#saved li button').first()
  expect(await saved.textContent()).toMatch(/^Shakespeare, GRU 32, loss \d\.\d\d after 3$/)
  await page.click('#step')
  await atStep(page, 4)
  const { losses } = await copied(page)

  await page.goto(`${site.origin}?cell=lstm&paused`)
  await state(page, 'paused')
  await saved.click()
  await atStep(page, 3)
  expect(page.url()).toBe(`${site.origin}?hidden=32&seed=7&paused`)
  await page.click('#step')
  await atStep(page, 4)
  expect((await copied(page)).losses).toBe(losses)

  const other = await page.context().newPage()
  await other.goto(`${site.origin}?hidden=16&paused`)
  await other.locator('#saved li button').nth(1).click()
  await other.locator('#saved li').waitFor({ state: 'detached' })
  await saved.click()
  await complains(page, /^there is no file .*playground/)
  expect(await page.locator('#saved li').count()).toBe(0)
  expect(await stepOf(page)).toBe(4)

  const devtools = await page.context().newCDPSession(page)
  const { origin } = new URL(site.origin)
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 })
  await page.click('#save')
  await complains(page, /^the run was not saved: .+Remove a saved run, or give this site more room/)
  expect(await page.locator('#saved li').count()).toBe(0)
  await page.click('#step')
  await atStep(page, 5)
  await page.context().close()
  expect(complaints).toEqual([])
})

it('reads a text of the reader, and says what is wrong with what is none', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints } = await site.open('?hidden=32&text=own')
  await state(page, 'failed')
  await complains(page, /^the address says “a text of mine”, and the text itself/)
  const give = async (name: string, buffer: Buffer, complaint: string) => {
    await page.setInputFiles('#file', { name, mimeType: '', buffer })
    await complains(page, complaint)
  }
  const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, ...Array(999).fill(200)])
  await give('nothing.txt', Buffer.alloc(0), 'nothing.txt is empty; expected at least 640')
  await give('haiku.txt', Buffer.from('An old silent pond'), 'haiku.txt has 18 letters; expected')
  await give('cat.png', picture, 'cat.png is no text; expected a file of letters')
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([new ArrayBuffer(200 * 2 ** 20)], 'wiki.txt'))
    document.dispatchEvent(new DragEvent('drop', { dataTransfer }))
  })
  await complains(page, 'wiki.txt has 200 MB; expected at most 32 MB')
  const poem = 'Пусть всегда будет солнце, пусть всегда будет небо.\n'.repeat(60)
  await page.setInputFiles('#file', { name: 'sun.txt', mimeType: '', buffer: Buffer.from(poem) })
  await page.locator('#sample .prompt', { hasText: 'Пусть вс' }).waitFor()
  expect(await page.locator('#problem').isHidden()).toBe(true)
  await page.fill('#prompt', 'солнце ☉')
  await page.click('#prompt-form button')
  await page.locator('#unknown', { hasText: 'The text has no “☉”' }).waitFor()
  await page.context().close()
  expect(complaints).toEqual([])
})

it('says in words what in its address does not fit, does the rest, and shows values by path', async ctx => {
  ctx.skip(missing, NO_CHROMIUM)
  const { page, complaints } = await site.open('?epochs=none&hiden=64&hidden=32&cell=rnn&paused')
  await state(page, 'paused')
  await complains(
    page,
    /^epochs is "none" in the address; expected an integer from 1 to 100000\. It is 1000 instead\. The address has hiden; expected hidden, or another of view, /,
  )
  expect(await page.inputValue('#cell')).toBe('rnn')
  await page.click('#go')
  const look = async (paths: string) => {
    await page.fill('#look', paths)
    await page.press('#look', 'Enter')
  }
  await look('rnn, decoder.* :grad')
  await page.locator('#values li').nth(2).waitFor()
  expect(await page.locator('#values code').allTextContents()).toEqual([
    'rnn',
    'decoder.weight :grad',
    'decoder.bias :grad',
  ])
  await look('decodr')
  await page
    .locator('#look-problem', { hasText: 'nothing in the net is called decodr; ' })
    .waitFor()
  expect(await page.locator('#look-problem').textContent()).toMatch(/Did you mean decoder\?$/)
  const before = await stepOf(page)
  await atStep(page, before + 1)
  await page.context().close()
  expect(complaints).toEqual([])
})

/** Takes the worker's card away; what was reached by the last snapshot goes on with wasm. */
async function loseAndGoOn(page: Page): Promise<void> {
  await page.workers()[0]!.evaluate(() => {
    const { _tfengine } = globalThis as unknown as {
      _tfengine: { backend: { gpgpu: { gl: WebGL2RenderingContext } } }
    }
    _tfengine.backend.gpgpu.gl.getExtension('WEBGL_lose_context')!.loseContext()
  })
  // it may have been noticed already, by a text in the making
  await page.locator('#step').evaluate(button => (button as HTMLButtonElement).click())
  await complains(page, 'the browser has taken the WebGL context away')
  await page.click('text=Go on with wasm')
  await page.locator('#machine', { hasText: /^WebAssembly/ }).waitFor()
  await atStep(page, 5)
  await page.click('#step')
  await atStep(page, 6)
}

it.skipIf(missing).each(swaps)(
  'goes on with %s where wasm left off',
  { timeout: 240_000 },
  async name => {
    const { page, complaints } = await site.open('?hidden=32&paused')
    page.setDefaultTimeout(100_000)
    for (let i = 1; i <= 5; i++) {
      await page.click('#step')
      await atStep(page, i)
    }
    await page.click('#save')
    await page.click('#step')
    await atStep(page, 6)
    const { losses } = await copied(page)
    await page.locator('#saved li button').first().click()
    await state(page, 'paused')
    await page.check(`#backends input[value=${name}]`)
    await page.locator('#machine', { hasText: /^WebG/ }).waitFor()
    await page.click('#step')
    await atStep(page, 6)
    const [on, off] = [losses, (await copied(page)).losses].map(text =>
      text
        .trim()
        .split('\n')
        .map(line => Number(line.split(' ')[1])),
    )
    expect(off!.slice(0, 5)).toEqual(on!.slice(0, 5))
    expect(off![5]).toBeCloseTo(on![5]!, 3)
    if (name === 'webgl') await loseAndGoOn(page)
    await page.context().close()
    expect(complaints).toEqual([])
  },
)
