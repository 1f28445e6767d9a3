/** The documentation site, built as by hand: dead links and examples that do not compile fail it. */
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { type Browser, chromium as driver } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { siteLink } from '../../docs/site/links'
import { chromium, launchOptions, NO_CHROMIUM } from '../chromium.mjs'
import { packagesIn, root } from '../workspace.mjs'
import { isOffline, type Ran, shell } from './packed/shell'

const dist = join(root, 'docs/.vitepress/dist')
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

let built: Ran
let server: Server
let browser: Browser | undefined

beforeAll(async () => {
  built = await shell('node scripts/docs.mjs', root)
  server = createServer(({ url = '/' }, response) => {
    const path = join(dist, decodeURIComponent(url.replace(/[?#].*$/, '')))
    const file = [path, `${path}.html`].find(one => extname(one) !== '' && existsSync(one))
    if (file === undefined) return response.writeHead(404).end()
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    return response.writeHead(200, { 'content-type': type }).end(readFileSync(file))
  }).listen(0, '127.0.0.1')
  if (chromium !== null) browser = await driver.launch(launchOptions)
}, 300_000)

afterAll(async () => {
  await browser?.close()
  server.close()
})

it('has a page for each guide, package and API', ctx => {
  ctx.skip(isOffline(built), 'no package registry can be reached')
  expect(built.ok, built.output).toBe(true)
  const packages = packagesIn('packages').flatMap(name => [`packages/${name}`, `api/@dl/${name}`])
  const guides = ['index', 'lesson7', 'results', 'backends', 'compatibility', 'guide/memory']
  const missing = [...guides, ...packages].filter(name => !existsSync(join(dist, `${name}.html`)))
  expect(missing).toEqual([])
  expect(readFileSync(join(dist, 'api/@dl/optim.html'), 'utf8')).not.toContain('__namedParameters')
  expect(readFileSync(join(dist, 'llms.txt'), 'utf8')).toContain('Lesson 7')
})

it('runs the steps of the lesson where they stand', { timeout: 120_000 }, async ctx => {
  ctx.skip(!built.ok, 'the site is not built')
  ctx.skip(chromium === null, NO_CHROMIUM)
  const page = await browser!.newPage()
  const errors: string[] = []
  page.on('pageerror', error => errors.push(String(error)))
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/lesson7`)
  const steps = page.locator('.run-step')
  const said: string[] = []
  for (const step of await steps.all()) {
    await step.locator('button').click()
    await step.locator('.run-time, .run-problem').waitFor()
    said.push((await step.locator('li, .run-problem').allInnerTexts()).join(' '))
  }
  expect(said).toEqual(['18 8,4', 'true 24', '1', '1'])
  expect(errors).toEqual([])
})

it.each([
  ['../packages/data', 'docs/tabular.md', '/packages/data'],
  ['https://github.com/dl-ts/dl/tree/main/packages/optim', 'docs/packages/x.md', '/packages/optim'],
  ['https://github.com/dl-ts/dl#start-a-project', 'docs/packages/x.md', '/'],
  ['../examples/swap', 'docs/backends.md', 'https://github.com/dl-ts/dl/blob/main/examples/swap'],
  ['lesson7.md', 'docs/backends.md', '/lesson7.md'],
  ['#anchor', 'docs/backends.md', '#anchor'],
  ['https://www.npmjs.com', 'docs/backends.md', 'https://www.npmjs.com'],
])('leads %s of %s to %s', (link, from, to) => {
  expect(siteLink(link, from)).toBe(to)
})
