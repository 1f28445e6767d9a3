/** The packages as they would be published. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { collect, readJson, root } from './workspace.mjs'

/** Packs all packages into a folder, as they are built. */
export async function packAll(/** @type {string} */ folder) {
  mkdirSync(folder, { recursive: true })
  const pnpm = readJson(join(root, 'package.json')).packageManager
  // they have been built; prepack would look for each of them whether that is so
  const scripts = '--config.ignore-scripts=true'
  const packing = ['pack', '--pack-destination', folder]
  const args = ['--yes', pnpm, '-r', '--filter', './packages/*', scripts, ...packing]
  const { ok, output } = await collect('npx', args)
  if (!ok) throw new Error(output)
}

/**
 * The path of a package's tarball in the folder.
 * @param {string} folder
 * @param {string} name below packages/
 */
export function tarball(folder, name) {
  const { version } = readJson(join(root, 'packages', name, 'package.json'))
  return join(folder, `dl-${name}-${version}.tgz`)
}
