/**
 * Runs before a package is packed, in its folder: builds what the tarball carries, types included.
 * `--undo` runs after it.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isCurrent, TARGETS } from './native/toolchain.mjs'
import { fail, isMain, packagesIn, prepare, readJson, root } from './workspace.mjs'

/**
 * A manifest as it is published: pnpm puts versions in place of `workspace:^` by itself, npm would
 * ship what nobody can install.
 * @param {string} manifest
 * @param {Record<string, string>} versions of this workspace's packages, by name
 */
export const withVersions = (manifest, versions) =>
  manifest.replace(
    /"(@dl\/[\w-]+)": "workspace:\^"/g,
    (_, name) => `"${name}": "^${versions[name]}"`,
  )

/** Back again: in this workspace each of our own is `workspace:^`, as package-rules.mjs demands. */
export const withoutVersions = (/** @type {string} */ manifest) =>
  manifest.replace(/"(@dl\/[\w-]+)": "\^[^"]+"/g, '"$1": "workspace:^"')

if (isMain(import.meta.url)) {
  const path = join(process.cwd(), 'package.json')
  const undo = process.argv.includes('--undo')
  const { name } = readJson(path)
  if (!undo) await prepare(['types', `--filter=${name}`])
  if (!undo && name === '@dl/native') {
    const absent = Object.keys(TARGETS).filter(target => !isCurrent(`${target}.node`))
    const problem = `${absent.join(', ')} of today's sources: \`npm run native\` makes them.`
    if (absent.length > 0 && process.env.npm_command === 'publish') fail(`There is no ${problem}`)
    if (absent.length > 0) process.stderr.write(`Packed without ${problem}\n`)
  }
  if (!process.env.npm_config_user_agent?.startsWith('pnpm/')) {
    const manifests = packagesIn('packages').map(name =>
      readJson(join(root, 'packages', name, 'package.json')),
    )
    const versions = Object.fromEntries(manifests.map(({ name, version }) => [name, version]))
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, undo ? withoutVersions(text) : withVersions(text, versions))
  }
}
