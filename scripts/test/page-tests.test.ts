import { expect, test } from 'vitest'
import { whySkipped } from '../page-tests.mjs'

test('a test that needs Node or a bundler is left out of a page, with the reason', () => {
  const fs = "import {\n  readFile,\n} from 'node:fs/promises'\n"
  expect(whySkipped(fs)).toBe('it needs node:fs/promises, which a page has not')
  expect(whySkipped("import { build } from 'esbuild'\n")).toMatch(/^it needs esbuild/)
  expect(whySkipped('const folder = process.env.DL_DATA\n')).toBe('it reads the folder DL_DATA')
})

test('others run, also where they only speak of Node', () => {
  expect(whySkipped("import { it } from 'vitest'\nit('reads node:fs', () => {})\n")).toBeNull()
})
