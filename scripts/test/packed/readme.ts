/** What a README tells to do first: its install line and its first example. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fencesOfMarkdown } from '../../examples.mjs'
import { root } from '../../workspace.mjs'
import type { Project } from './projects'

export interface FirstSteps extends Project {
  code: string
}

/** The first `npm install` line of a README and the first example that imports something. */
export function firstSteps(path: string): FirstSteps {
  const text = readFileSync(join(root, path), 'utf8')
  const [, line] = text.match(/^npm install (@.+)$/m) ?? []
  if (line === undefined) throw new Error(`${path} has no line that installs its package.`)
  const needs = Object.fromEntries(
    line.split(/\s+/).map(asked => {
      const [, name, version] = asked.match(/^(@?[^@]+)@?(.*)$/)!
      return [name!, version || '*']
    }),
  )
  const [first] = fencesOfMarkdown(text).filter(({ code }) => /^import /m.test(code))
  if (first === undefined) throw new Error(`${path} has no example.`)
  return { needs, code: first.code, files: { 'main.ts': first.code } }
}
