/** What there is to install. */
import { join } from 'node:path'
import { packagesIn, readJson, root } from '../../workspace.mjs'

export const pnpm = `npx --yes ${readJson(join(root, 'package.json')).packageManager}`

export const NAMES = packagesIn('packages')

/** What the packages of TensorFlow.js have to be asked for. */
export const TFJS = {
  '@tensorflow/tfjs-core': '4.22.0',
  '@tensorflow/tfjs-backend-cpu': '4.22.0',
}
