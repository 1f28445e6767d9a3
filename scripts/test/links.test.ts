/** Links in Markdown lead somewhere: to a file of this repository, and from npm's pages, too. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packagesIn, root } from '../workspace.mjs'
import { NAMES } from './packed/tarballs'

const REPOSITORY = /^https:\/\/github\.com\/dl-ts\/dl(?:\/(?:tree|blob)\/main\/([^#]+))?(?:#(.+))?$/

/** The links of a document outside its code, pictures among them. */
function linksOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8').replace(/^```.*?^```/gms, '')
  return [...text.replace(/`[^`]*`/g, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!)
}

/** The anchors that GitHub gives a document's headings. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(join(root, path), 'utf8').replace(/^```.*?^```/gms, '')
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Why a link leads nowhere, or nothing. */
function dead(from: string, link: string): string | null {
  const own = link.match(REPOSITORY)
  if (!own && /^https:\/\//.test(link)) return null
  const [path = '', anchor] = own ? [own[1] ?? 'README.md', own[2]] : link.split('#')
  const target = path === '' ? from : own ? path : join(dirname(from), path)
  if (!existsSync(join(root, target))) return `${from}: ${link} is not there`
  const document = target.endsWith('.md') ? target : join(target, 'README.md')
  if (!anchor || anchorsOf(document).includes(anchor)) return null
  return `${from}: ${document} has no heading #${anchor}`
}

const folders = ['packages', 'examples'].flatMap(parent =>
  packagesIn(parent).map(name => `${parent}/${name}/README.md`),
)
const documents = [
  'README.md',
  'AGENTS.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'docs/wasm-kernels.md',
  'benchmarks/README.md',
  'trust/README.md',
  'benchmarks/RESULTS.md',
  'scripts/fixtures/README.md',
  ...folders,
].filter(path => existsSync(join(root, path)))

describe('links', () => {
  it.each(documents)('of %s', path => {
    const found = linksOf(path).map(link => dead(path, link))
    expect(found.filter(problem => problem !== null)).toEqual([])
  })

  it.each(NAMES)("of @dl/%s's README work on npm's page", name => {
    const links = linksOf(`packages/${name}/README.md`)
    expect(links.filter(link => !/^(https:\/\/|#)/.test(link))).toEqual([])
    expect(links.length).toBeGreaterThan(0)
  })

  it('that lead nowhere are found', () => {
    expect(dead('README.md', 'docs/none.md')).toBe('README.md: docs/none.md is not there')
    expect(dead('README.md', '#nowhere')).toBe('README.md: README.md has no heading #nowhere')
    expect(dead('README.md', 'https://github.com/dl-ts/dl/tree/main/nowhere')).toMatch(/not there/)
    expect(dead('packages/core/README.md', 'https://github.com/dl-ts/dl#start-a-project')).toBe(
      null,
    )
  })
})
