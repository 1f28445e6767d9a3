import { expect, test } from 'vitest'
import { whySkipped } from '../page-tests.mjs'

const why = (text: string, reasons = {}) => whySkipped('packages/a/test/b.test.ts', text, reasons)

test('a test that needs Node or a bundler is left out of a page, with the reason', () => {
  const fs = "import {\n  readFile,\n} from 'node:fs/promises'\n"
  expect(why(fs)).toBe('it needs node:fs/promises, which a page has not')
  expect(why("import { build } from 'esbuild'\n")).toMatch(/^it needs esbuild/)
  expect(why('const folder = process.env.DL_DATA\n')).toBe('it reads the folder DL_DATA')
})

test('others run, also where they only speak of Node', () => {
  expect(why("import { it } from 'vitest'\nit('reads node:fs', () => {})\n")).toBeNull()
})

test('what a project leaves out is told by the path', () => {
  expect(why('', { 'packages/a/': 'too slow' })).toBe('too slow')
  expect(why('', { 'packages/b/': 'too slow' })).toBeNull()
})
