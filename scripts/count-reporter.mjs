/** Counts a vitest run over all its projects, into the file that DL_TEST_COUNTS names. */
import { writeFileSync } from 'node:fs'

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} reasons why tests were skipped, one line each
 */

/** @type {import('vitest/reporters').Reporter} */
export default {
  onTestRunEnd(modules, unhandledErrors) {
    /** @type {Counts} */
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, reasons: [] }
    for (const module of modules) {
      // a file or a suite that broke outside its tests
      if (module.errors().length > 0) counts.failed++
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        if (result.state === 'passed') counts.passed++
        else if (result.state === 'failed') counts.failed++
        else {
          counts.skipped++
          const note = result.state === 'skipped' ? result.note : 'the run ended before it'
          const where = `[${test.project.name}] ${module.relativeModuleId} > ${test.fullName}`
          counts.reasons.push(`${where}: ${note ?? 'no reason given'}`)
        }
      }
    }
    const path = process.env.DL_TEST_COUNTS
    if (path) writeFileSync(path, JSON.stringify(counts))
  },
}
