/** RESULTS.md: a section for each suite, rewritten by that suite alone. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const INTRO = `# Results

Written by \`npm run bench -- <suite> --write\`; how things are measured stands in README.md. Times are
in milliseconds, "(2.00×)" behind a peer's says that ours is twice as fast. Read the ratios: times
depend on the machine.
`

/** The text with the section of that name put in place of the old one, or at the end. */
export function withSection(text: string, name: string, body: string): string {
  const [intro, ...sections] = text.split(/^(?=## )/m)
  const section = `## ${name}\n\n${body.trim()}\n`
  const at = sections.findIndex(one => one.startsWith(`## ${name}\n`))
  sections.splice(at < 0 ? sections.length : at, at < 0 ? 0 : 1, section)
  return [intro, ...sections].map(part => `${part!.trim()}\n`).join('\n')
}

export function writeSection(name: string, body: string): void {
  const path = fileURLToPath(new URL('../RESULTS.md', import.meta.url))
  const old = existsSync(path) ? readFileSync(path, 'utf8') : INTRO
  writeFileSync(path, withSection(old, name, body))
  process.stderr.write(`Written to ${path}\n`)
}
