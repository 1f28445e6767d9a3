/** The packages as they would be published. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { packagesIn, readJson, root } from '../../workspace.mjs'
import { shell } from './shell'

export const pnpm = `npx --yes ${readJson(join(root, 'package.json')).packageManager}`

export const NAMES = packagesIn('packages')

/** What the packages of TensorFlow.js have to be asked for. */
export const TFJS = {
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
}

/** Packs all packages into a folder, as they are built. */
export async function packAll(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true })
  // `npm test` has built them; prepack would look for each of them whether that is so
  const scripts = '--config.ignore-scripts=true'
  const pack = `${pnpm} -r --filter "./packages/*" ${scripts} pack --pack-destination "${folder}"`
  const { ok, output } = await shell(pack, root)
  if (!ok) throw new Error(output)
}

/** The path of a package's tarball in the folder. */
export function tarball(folder: string, name: string): string {
  const { version } = readJson(join(root, 'packages', name, 'package.json'))
  return join(folder, `dl-${name}-${version}.tgz`)
}
