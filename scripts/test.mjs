/**
 * `npm test`: builds, checks, runs the suite on every backend, and ends standard output with one
 * line: `N passed, N failed, N skipped`. Arguments go to vitest: `npm test -- packages/core`.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runChecks } from './check.mjs'
import { asksForHelp } from './options.mjs'
import { outsideOf, prepare, root } from './workspace.mjs'

const HELP = `npm test -- <files> <options>: both go to vitest, the rest is built and checked anyway.

  packages/optim           files whose path contains this
  --project cpu            one of cpu, wasm, node, webgpu, chromium-wasm, -webgl, -webgpu
  --whole                  the suite on every backend, not a part of it on graphics cards
  -t 'a part of its name'  one test
`

if (asksForHelp(process.argv.slice(2))) {
  console.log(HELP.trimEnd())
  process.exit(0)
}

let failed = 1
/** @type {import('./count-reporter.mjs').Counts} */
let counts = { passed: 0, failed: 0, skipped: 0, failures: [], reasons: [] }

process.on('exit', code => {
  for (const reason of counts.reasons) console.log(`skipped ${reason}`)
  for (const failure of counts.failures) console.log(`failed ${failure}`)
  if (code !== 0 && failed + counts.failed === 0) failed = 1
  console.log(
    `${counts.passed} passed, ${failed + counts.failed} failed, ${counts.skipped} skipped`,
  )
})

await prepare(['build', 'types'])
failed = await runChecks()
const args = process.argv.slice(2)
if (args.includes('--whole')) process.env.DL_TEST_WHOLE = 'yes'
const suite = await runSuite(args.filter(arg => arg !== '--whole'))
counts = suite.counts
if (suite.code !== 0 || failed > 0) process.exitCode = 1

/** @param {string[]} args */
async function runSuite(args) {
  const folder = mkdtempSync(join(tmpdir(), 'dl-test-'))
  const path = join(folder, 'counts.json')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=./scripts/count-reporter.mjs']
  const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], {
    cwd: root,
    env: { ...outsideOf(process.env), DL_TEST_COUNTS: path },
    stdio: 'inherit',
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  try {
    return { code, counts: JSON.parse(readFileSync(path, 'utf8')) }
  } catch {
    // vitest ended before it could count, and has said why
    return { code: 1, counts: { ...counts, failed: 1 } }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
