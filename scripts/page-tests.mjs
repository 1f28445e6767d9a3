/**
 * Test files in a page: those that cannot run there become one skipped test that says why, so that
 * they are counted.
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from './workspace.mjs'

/**
 * A Vite plugin.
 * @param {Record<string, string>} reasons by a part of the file's path, why it is left out
 * @returns {import('vite').Plugin}
 */
export function skipInPage(reasons = {}) {
  return {
    name: 'dl:skip-in-page',
    enforce: 'pre',
    load(id) {
      const path = id.replace(/\?.*$/, '')
      if (!path.endsWith('.test.ts')) return null
      const why = whySkipped(relative(root, path), readFileSync(path, 'utf8'), reasons)
      if (why === null) return null
      return `import { it } from 'vitest'\nit('runs in a page', ctx => ctx.skip(${JSON.stringify(why)}))`
    },
  }
}

/**
 * @param {string} path from the root
 * @param {string} text
 * @param {Record<string, string>} reasons
 */
export function whySkipped(path, text, reasons) {
  const told = Object.entries(reasons).find(([part]) => path.includes(part))
  if (told) return told[1]
  const [, name] = text.match(/^(?:import|\} from).*'(node:[^']+|esbuild|vite)'$/m) ?? []
  if (name !== undefined) return `it needs ${name}, which a page has not`
  return text.includes('process.env.DL_DATA') ? 'it reads the folder DL_DATA' : null
}
