/**
 * `npm run backends`: trains the same language model and the same residual net on every backend that
 * this machine has, and prints one table. Each runs in a process or a page of its own.
 */
import { join } from 'node:path'
import { chromium as driver } from 'playwright'
import { preview } from 'vite'
import { chromium, isolation, launchOptions, NO_CHROMIUM } from './chromium.mjs'
import { asksForHelp, readArgs, sentence } from './options.mjs'
import { findTfjsNode } from './tfjs-node.mjs'
import { vulkan, webgpuArgs } from './webgpu.mjs'
import { collect, fail, prepare, root } from './workspace.mjs'

const HELP = `npm run backends -- <options>: the same training on every backend that this machine has.

  --only  some of the rows, by name: --only node,webgl
  --json  the reports as one line of JSON
`

/** @typedef {import('../examples/swap/src/measure').Report} Report */
/** @typedef {{ name: string, where: 'Node' | 'Chromium', backend: string }} Row */
/** @typedef {{ report: Report } | { missing: string }} Outcome */

/** @type {Row[]} the first is what the others are held against */
const ROWS = [
  ...['wasm', 'cpu', 'node', 'node-gpu', 'webgpu'].map(backend => ({
    name: backend,
    where: /** @type {const} */ ('Node'),
    backend,
  })),
  ...['wasm', 'webgl', 'webgpu'].map(backend => ({
    name: `${backend} in a page`,
    where: /** @type {const} */ ('Chromium'),
    backend,
  })),
]

const PROGRAMS = /** @type {const} */ (['charLM', 'resNet'])

if (asksForHelp(process.argv.slice(2))) {
  console.log(HELP.trimEnd())
  process.exit(0)
}
const { values, complaint } = readArgs(process.argv.slice(2), {
  only: { type: 'string' },
  json: { type: 'boolean', default: false },
})
if (complaint !== null) fail(sentence(complaint))
const wanted = values.only?.split(',')
const unknown = wanted?.find(name => !ROWS.some(({ backend }) => backend === name))
if (unknown !== undefined) {
  const names = [...new Set(ROWS.map(({ backend }) => backend))].join(', ')
  fail(`--only names "${unknown}"; expected some of ${names}.`)
}

await prepare()
/** @type {{ row: Row, outcome: Outcome }[]} */
const results = []
const server = await preview({
  configFile: false,
  root: join(root, 'examples/swap/dist'),
  appType: 'mpa',
  build: { outDir: 'page' },
  preview: { port: 0, host: '127.0.0.1', headers: isolation },
})
for (const row of ROWS) {
  // without wasm there is nothing to compare with
  if (wanted && row !== ROWS[0] && !wanted.includes(row.backend)) continue
  process.stderr.write(`${row.name} …\n`)
  const outcome = row.where === 'Node' ? await inNode(row.backend) : await inPage(row.backend)
  results.push({ row, outcome })
}
await server.close()
console.log(values.json ? JSON.stringify(results) : table())

/** @returns {Promise<Outcome>} */
async function inNode(/** @type {string} */ backend) {
  const program = join(root, 'examples/swap/dist/report.js')
  const tfjsNode = findTfjsNode()
  const settings = { ...vulkan, ...(tfjsNode && { DL_TFJS_NODE: tfjsNode }) }
  const { ok, output } = await collect(process.execPath, [program, '--backend', backend], settings)
  const lines = output.trim().split('\n')
  return ok
    ? { report: JSON.parse(lines.find(line => line.startsWith('{"info"')) ?? 'null') }
    : { missing: lines.at(-1) ?? 'no reason given' }
}

/** @returns {Promise<Outcome>} */
async function inPage(/** @type {string} */ backend) {
  if (chromium === null) return { missing: NO_CHROMIUM }
  const browser = await driver.launch({
    ...launchOptions,
    args: [...launchOptions.args, ...webgpuArgs],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`${server.resolvedUrls?.local[0]}?backend=${backend}`)
    await page
      .locator('body:not([data-state=running])')
      .waitFor({ state: 'attached', timeout: 600_000 })
    const report = await page.locator('body').getAttribute('data-report')
    if (report !== null) return { report: JSON.parse(report) }
    return { missing: (await page.locator('#said').textContent()) ?? 'no reason given' }
  } finally {
    await browser.close()
  }
}

/** One line for each program and backend, then what is missing. */
function table() {
  const first = results[0]?.outcome
  const reference = first && 'report' in first ? first.report : null
  const cells = [
    ['backend', 'runs on', 'program', 'loss after 50', 'from wasm', 'ms a step', 'launches a step'],
  ]
  const missing = []
  for (const { row, outcome } of results) {
    if ('missing' in outcome) {
      missing.push(`not available: ${row.name}: ${outcome.missing}`)
      continue
    }
    for (const program of PROGRAMS) {
      const { losses, msPerStep, launchesPerStep } = outcome.report.programs[program]
      const last = losses.at(-1) ?? Number.NaN
      const from = last - (reference?.programs[program].losses.at(-1) ?? Number.NaN)
      const { device, threads } = outcome.report.info
      cells.push([
        row.name,
        threads > 1 ? `${device}, ${threads} threads` : device,
        program,
        last.toFixed(4),
        from === 0 ? '0' : from.toExponential(0),
        msPerStep.toFixed(1),
        String(launchesPerStep),
      ])
    }
  }
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map(row => row[i]?.length ?? 0)))
  const lines = cells.map(row =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
  return [...lines, ...missing].join('\n')
}
