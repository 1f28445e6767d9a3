/** Empty folders that become programs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tarball } from '../../pack.mjs'
import { type Ran, shell } from './shell'
import { NAMES, pnpm } from './tarballs'

export interface Project {
  /** Packages and the versions to ask for; our own come from tarballs. */
  needs: Record<string, string>
  /** Its files, package.json among them where it has one of its own. */
  files: Record<string, string>
}

const manifest = (needs: Project['needs'], more = {}) =>
  `${JSON.stringify({ private: true, type: 'module', dependencies: needs, ...more }, null, 2)}\n`

function write(place: string, files: Record<string, string>): void {
  mkdirSync(place, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text)
}

const fromTarballs = (tarballs: string, names: readonly string[]) =>
  Object.fromEntries(names.map(name => [`@dl/${name}`, `file:${tarball(tarballs, name)}`]))

/** One project with npm; `own` lists all packages of ours that it may come to, as none is published. */
export function withNpm(
  place: string,
  tarballs: string,
  own: readonly string[],
  { needs, files }: Project,
): Promise<Ran> {
  const all = { ...fromTarballs(tarballs, own), ...needs }
  write(place, { ...files, 'package.json': manifest(all) })
  // binaries come as packages of their own here; nothing needs to run at install time
  const flags = '--no-audit --no-fund --prefer-offline --ignore-scripts'
  return shell(`npm install ${flags}`, place)
}

/**
 * Projects with pnpm, where each may import what it has asked for and nothing else. They are one
 * installation, for time's sake.
 */
export function withPnpm(
  place: string,
  tarballs: string,
  projects: Record<string, Project>,
): Promise<Ran> {
  for (const [name, { needs, files }] of Object.entries(projects)) {
    write(join(place, name), { 'package.json': manifest(needs), ...files })
  }
  const overrides = Object.entries(fromTarballs(tarballs, NAMES))
  const lines = [
    `packages: [${Object.keys(projects).join(', ')}]`,
    'overrides:',
    ...overrides.map(([name, spec]) => `  '${name}': '${spec}'`),
  ]
  write(place, { 'package.json': manifest({}), 'pnpm-workspace.yaml': `${lines.join('\n')}\n` })
  return shell(`${pnpm} install --prefer-offline --ignore-scripts --no-frozen-lockfile`, place)
}
