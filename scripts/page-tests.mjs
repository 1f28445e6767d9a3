/**
 * Test files in a page: those that cannot run there become one skipped test that says why, so that
 * they are counted.
 */
import { readFileSync } from 'node:fs'

/**
 * A Vite plugin.
 * @returns {import('vite').Plugin}
 */
export function skipInPage() {
  return {
    name: 'dl:skip-in-page',
    enforce: 'pre',
    load(id) {
      const path = id.replace(/\?.*$/, '')
      if (!path.endsWith('.test.ts')) return null
      const why = whySkipped(readFileSync(path, 'utf8'))
      if (why === null) return null
      return `import { it } from 'vitest'\nit('runs in a page', ctx => ctx.skip(${JSON.stringify(why)}))`
    },
  }
}

/** @param {string} text of a test file */
export function whySkipped(text) {
  const [, name] = text.match(/^(?:import|\} from).*'(node:[^']+|esbuild|vite)'$/m) ?? []
  if (name !== undefined) return `it needs ${name}, which a page has not`
  return text.includes('process.env.DL_DATA') ? 'it reads the folder DL_DATA' : null
}
