/** SECURITY.md names what packages need at run time; none of it runs anything when it is installed. */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packagesIn, readJson, root } from '../workspace.mjs'

interface Manifest {
  name: string
  version: string
  license?: string
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

const INSTALL = ['preinstall', 'install', 'postinstall']
/** Another one is to be looked at by a person. */
const PERMISSIVE = /^\(?(Apache-2.0|MIT|ISC|0BSD|BSD-[23]-Clause|( AND | OR ))+\)?$/

const packages = packagesIn('packages').map(folder => ({
  folder,
  at: join(root, 'packages', folder),
  manifest: readJson(join(root, 'packages', folder, 'package.json')) as Manifest,
}))

/** Which packages want what, by whether it is optional. */
function wanted(optional: boolean): Record<string, string[]> {
  const result: Record<string, string[]> = {}
  for (const { folder, manifest } of packages) {
    const { dependencies, peerDependencies, peerDependenciesMeta = {} } = manifest
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const isOptional = peerDependenciesMeta[name]?.optional === true
      if (name.startsWith('@dl/') || isOptional !== optional) continue
      result[name] = [...(result[name] ?? []), folder]
    }
  }
  return result
}

/** Where `name` is installed for the package at `at`; pnpm keeps it beside the real one. */
function installed(at: string, name: string): string | null {
  const own = join(at, 'node_modules', name)
  if (existsSync(own)) return realpathSync(own)
  const above = dirname(at)
  return above === at ? null : installed(above, name)
}

/** All that is needed at run time, by name and version. */
function runtimeTree(): Map<string, Manifest> {
  const found = new Map<string, Manifest>()
  const visit = (at: string, name: string, isOptional: boolean) => {
    const place = installed(at, name)
    if (place === null) {
      expect(isOptional, `${name}, wanted at ${at}, is not installed`).toBe(true)
      return
    }
    const manifest = readJson(join(place, 'package.json')) as Manifest
    const key = `${name}@${manifest.version}`
    if (found.has(key)) return
    found.set(key, manifest)
    for (const other of Object.keys(manifest.dependencies ?? {})) visit(place, other, false)
    for (const other of Object.keys(manifest.optionalDependencies ?? {})) visit(place, other, true)
  }
  for (const { at, manifest } of packages) {
    const { dependencies, peerDependencies, peerDependenciesMeta = {} } = manifest
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (peerDependenciesMeta[name]?.optional !== true) visit(at, name, false)
    }
  }
  return found
}

/** The rows of SECURITY.md's tables with so many columns. */
function rows(columns: number): string[][] {
  return readFileSync(join(root, 'SECURITY.md'), 'utf8')
    .split('\n')
    .filter(line => /^\| (?!package )/.test(line))
    .map(line =>
      line
        .slice(1, -1)
        .split('|')
        .map(cell => cell.trim()),
    )
    .filter(cells => cells.length === columns)
}

describe('what packages need at run time', () => {
  it.each([
    [false, 4],
    [true, 5],
  ])(
    'is listed in SECURITY.md with licence, users and reason (optional: %s)',
    (optional, columns) => {
      const table = rows(columns)
      expect(Object.fromEntries(table.map(([name, , users]) => [name, users]))).toEqual(
        Object.fromEntries(
          Object.entries(wanted(optional)).map(([name, by]) => [name, by.join(', ')]),
        ),
      )
      for (const [name, licence, users, ...why] of table) {
        expect(why.at(-1), `why ${name}`).not.toBe('')
        const place = installed(join(root, 'packages', users!.split(', ')[0]!), name!)
        if (place === null && optional) continue
        const { license } = readJson(join(place!, 'package.json')) as Manifest
        expect(licence, name).toBe(license)
      }
    },
  )

  it('has no install script and a permissive licence, all that it needs in turn included', () => {
    const tree = runtimeTree()
    expect(tree.size).toBeGreaterThan(20)
    const scripts = [...tree].flatMap(([key, { scripts = {} }]) =>
      INSTALL.filter(name => name in scripts).map(name => `${key} runs ${scripts[name]}`),
    )
    expect(scripts).toEqual([])
    const odd = [...tree].filter(([, { license }]) => !PERMISSIVE.test(license ?? ''))
    expect(odd.map(([key, { license }]) => `${key} has the licence ${license}`)).toEqual([])
  })
})
