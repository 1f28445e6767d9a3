/** Counts a vitest run over all its projects, into the file that DL_TEST_COUNTS names. */
import { writeFileSync } from 'node:fs'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} failures what failed, one line each
 * @property {string[]} reasons why tests were skipped, a line for each reason
 */

/** @typedef {{ message: string }} Failure */

/** A vitest reporter. */
export default class CountReporter {
  /** @type {NonNullable<import('vitest/reporters').Reporter['onTestRunEnd']>} */
  onTestRunEnd = (modules, unhandledErrors) => {
    /** @type {Counts} */
    const counts = { passed: 0, failed: 0, skipped: 0, failures: [], reasons: [] }
    /** @type {Map<string, string[]>} */
    const skipped = new Map()
    const fail = (/** @type {string} */ where, /** @type {readonly Failure[]} */ errors) => {
      counts.failed++
      counts.failures.push(`${where}: ${errors[0]?.message.split('\n')[0] ?? 'no message'}`)
    }
    for (const error of unhandledErrors) fail('outside of any test', [error])
    for (const module of modules) {
      const file = `[${module.project.name}] ${module.relativeModuleId}`
      // a file or a suite that broke outside its tests
      if (module.errors().length > 0) fail(file, module.errors())
      for (const suite of module.children.allSuites()) {
        for (const error of suite.errors()) fail(`${file} > ${suite.fullName}`, [error])
      }
      for (const test of module.children.allTests()) {
        const result = test.result()
        const where = `${file} > ${test.fullName}`
        if (result.state === 'passed') counts.passed++
        else if (result.state === 'failed') fail(where, result.errors)
        else {
          counts.skipped++
          const note = result.state === 'skipped' ? result.note : 'the run ended before it'
          const reason = `[${test.project.name}] ${note ?? 'no reason given'}`
          skipped.set(reason, [...(skipped.get(reason) ?? []), where.replace(/^\[.*?\] /, '')])
        }
      }
    }
    counts.reasons = [...skipped].map(([reason, [first, ...others]]) =>
      others.length === 0 ? `${reason}: ${first}` : `${reason}: ${first} and ${others.length} more`,
    )
    const path = process.env.DL_TEST_COUNTS
    if (path) writeFileSync(path, JSON.stringify(counts))
  }
}
