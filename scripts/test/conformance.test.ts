/** tfjs-core's own tests hold here as they hold on tfjs's CPU backend. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { simdVariant } from '../../packages/backend-wasm/src/simd'
import { exceptions, excuses, inPagesOnly } from '../conformance/exceptions'
import {
  absent,
  bundle,
  type Report,
  type RunName,
  runs,
  runTests,
  testFiles,
} from '../conformance/run'
import { root } from '../workspace.mjs'

// from here the program finds the package `webgpu`
const folder = mkdtempSync(join(root, 'packages/backend-webgpu/node_modules/.conformance-'))
const all = Object.keys(runs) as RunName[]
const names = all.filter(name => absent(name) === null)
const reports = new Map<RunName, Report>()

beforeAll(async () => {
  const program = join(folder, 'program.cjs')
  await bundle(program)
  await Promise.all(names.map(async name => reports.set(name, await runTests(program, name))))
}, 600_000)

afterAll(() => rmSync(folder, { recursive: true }))

/** Where a file's results differ from what is expected. */
function surprises(name: RunName, file: string): string[] {
  const results = reports.get(name)!.results.filter(result => result.file === file)
  const expected = exceptions.filter(entry => entry.file === file && entry.runs.includes(name))
  const unlisted = results
    .filter(({ status }) => status !== 'passed')
    .filter(({ name, status }) => !expected.some(e => e.test === name && e.status === status))
    .filter(({ messages }) => !excuses(name).some(one => one.test(messages.join('; '))))
    .map(({ name, status, messages }) => `${name}: ${status}: ${messages.join('; ')}`)
  const mended = expected
    .filter(({ test, status }) => !results.some(r => r.name === test && r.status === status))
    .map(({ test, status }) => `${test}: no longer ${status}, take it off the list of exceptions`)
  return [...unlisted, ...mended]
}

for (const name of all) {
  const reason = absent(name)
  if (reason !== null) it(`tfjs-core on ${name}`, ctx => ctx.skip(reason))
}

describe.each(names)('tfjs-core on %s', name => {
  it('is tested whole, with the kernels and gradients meant, and ends by itself', () => {
    const { results, facts, exitCode, stderr } = reports.get(name)!
    const { backend, gradients, tests } = runs[name]
    // tfjs's advice to whoever calls the operation under test
    expect(stderr.replaceAll(/^tf\.nonMaxSuppression\(\) in webgpu .*\n/gm, '')).toBe('')
    expect(exitCode).toBe(0)
    expect(facts).toEqual({
      absGradientAtZero: gradients === 'tfjs' ? -1 : 0,
      simd: backend === 'wasm' ? simdVariant() : backend === 'wasm-plain' ? 'plain' : null,
    })
    expect(results.filter(({ file }) => !testFiles.includes(file))).toEqual([])
    expect(results.length).toBe(tests)
  })

  it.each(testFiles)('%s', file => {
    const has = reports.get(name)!.results.some(result => result.file === file)
    expect(has).toBe(!inPagesOnly.includes(file))
    expect(surprises(name, file)).toEqual([])
  })
})
