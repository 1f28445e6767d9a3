/**
 * Steps that run where they stand: each fence with an import becomes a module of its own, as in the
 * tests, and gets a button that imports it and shows what it says.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { fencesOfMarkdown, toModule } from '../../scripts/examples.mjs'
import { root } from '../../scripts/workspace.mjs'

/** What runs in a page; other pages' programs read files. */
const PAGES = ['lesson7.md']
const PREFIX = 'virtual:step/'

export function runnable(): Plugin {
  return {
    name: 'dl-runnable',
    enforce: 'pre',
    resolveId: id => (id.startsWith(PREFIX) ? `\0${id}.ts` : undefined),
    load(id, options) {
      if (!id.startsWith(`\0${PREFIX}`)) return
      // pages are drawn in Node first, where nothing is run
      if (options?.ssr) return 'export const example = async () => {}'
      const [page = '', line = ''] = id.slice(PREFIX.length + 1, -3).split(':')
      const fence = steps(page).find(one => one.line === Number(line))
      if (fence === undefined) throw new Error(`${page} has no step at line ${line}`)
      return toModule(fence, `docs/${page}:${line}`).replace("from 'vitest'", "from '/site/said'")
    },
    transform(code, id) {
      const page = PAGES.find(name => id.endsWith(`/docs/${name}`))
      if (page === undefined) return
      const lines = code.split('\n')
      // from the last on, so that the lines before keep their numbers
      for (const { line, code: step } of steps(page).reverse()) {
        const end = line - 1 + step.split('\n').length - 1
        lines.splice(end + 1, 0, '', `<RunStep :load="() => import('${PREFIX}${page}:${line}')" />`)
      }
      return lines.join('\n')
    },
  }
}

const steps = (page: string) =>
  fencesOfMarkdown(readFileSync(join(root, 'docs', page), 'utf8')).filter(
    ({ code, run }) => run && /^import /m.test(code),
  )
