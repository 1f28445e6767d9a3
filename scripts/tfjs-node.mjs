/**
 * Where tfjs-node is, for the tests of @dl/backend-node: it needs a download of TensorFlow at install
 * time, so this repository does not install it.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './workspace.mjs'

/** A folder with node_modules: the one that DL_TFJS_NODE names, or the tests' own. */
const folder = process.env.DL_TFJS_NODE ?? join(root, '.tfjs-node')
const binding = 'node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node'

/** The folder, or null where there is no tfjs-node that has its binding. */
export const tfjsNode = existsSync(join(folder, binding)) ? folder : null

/** Why tests on TensorFlow do not run where there is none. */
export const NO_TFJS_NODE =
  'there is no tfjs-node; install @tensorflow/tfjs-node@4.22.0 into a folder and name it with DL_TFJS_NODE'
