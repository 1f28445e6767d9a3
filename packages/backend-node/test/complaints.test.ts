/** What is said where tfjs-node is missing, incomplete or another one; folders play installations. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DlError } from '@dl/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { noGpu } from '../src/complaints'
import { loadTfjsNode } from '../src/load'
import type { PackageName } from '../src/tensorflow'

const before = process.env.DL_TFJS_NODE
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dl-tfjs-node-'))
  process.env.DL_TFJS_NODE = folder
})

afterEach(() => {
  rmSync(folder, { recursive: true })
  if (before === undefined) delete process.env.DL_TFJS_NODE
  else process.env.DL_TFJS_NODE = before
})

const write = (path: string, text: string) => {
  const file = join(folder, 'node_modules', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** An installation whose native part is looked for at lib/napi-v8. */
function install(name: PackageName = '@tensorflow/tfjs-node', version = '4.22.0'): void {
  write(`${name}/package.json`, JSON.stringify({ name, version }))
  const lookup = `exports.find = manifest => require('path').join(manifest, '../lib/napi-v8/tfjs_binding.node')`
  write('@mapbox/node-pre-gyp/index.js', lookup)
}

function complaint(name: PackageName = '@tensorflow/tfjs-node'): { code: string; text: string } {
  try {
    loadTfjsNode(name, 'none')
  } catch (error) {
    const { code, message } = error as DlError
    const here = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
    return { code, text: message.replaceAll(folder, '<folder>').replaceAll(here, '<here>') }
  }
  throw new Error('it loaded')
}

it('names the package that is missing, and its version', () => {
  expect(complaint()).toEqual({
    code: 'tfjs-node-missing',
    text: 'there is no @tensorflow/tfjs-node in the folder that DL_TFJS_NODE names, <folder>; expected version 4.22.0 of it, over which @dl/backend-node runs. Run npm install @tensorflow/tfjs-node@4.22.0.',
  })
  delete process.env.DL_TFJS_NODE
  expect(complaint('@tensorflow/tfjs-node-gpu')).toEqual({
    code: 'tfjs-node-missing',
    text: '@tensorflow/tfjs-node-gpu is not installed; expected version 4.22.0 of it, over which @dl/backend-node/gpu runs. Run npm install @tensorflow/tfjs-node-gpu@4.22.0.',
  })
})

it('names both versions where they differ', () => {
  install('@tensorflow/tfjs-node', '4.21.0')
  expect(complaint()).toEqual({
    code: 'tfjs-node-version',
    text: '@tensorflow/tfjs-node is of version 4.21.0 and @tensorflow/tfjs-core of 4.22.0; expected 4.22.0 of both. Run npm install @tensorflow/tfjs-node@4.22.0.',
  })
})

it('says what is to be done where the install script did not run', () => {
  install()
  expect(complaint()).toEqual({
    code: 'tfjs-node-native',
    text: 'the native part of @tensorflow/tfjs-node is missing; expected <folder>/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node, which its install script downloads or builds. Reinstall @tensorflow/tfjs-node where its install script may run and storage.googleapis.com can be reached. Or: Run npm rebuild @tensorflow/tfjs-node --build-addon-from-source, which needs a C++ compiler and Python.',
  })
})

it('names the Node-API that it was built for, where that is another', () => {
  install()
  write('@tensorflow/tfjs-node/lib/napi-v9/tfjs_binding.node', '')
  expect(complaint()).toEqual({
    code: 'tfjs-node-native',
    text: 'the native part of @tensorflow/tfjs-node is built for napi-v9, not for <here>; expected <folder>/node_modules/@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node. Run npm rebuild @tensorflow/tfjs-node --build-addon-from-source, which needs a C++ compiler and Python.',
  })
})

it('says what the loader says of a file that is no library of this system', () => {
  install()
  write('@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node', 'of another system')
  const { code, text } = complaint()
  expect(code).toBe('tfjs-node-native')
  expect(text).toMatch(
    /^the native part of @tensorflow\/tfjs-node does not load in <here>: Error: .*; expected one that was built for it\. Run npm rebuild/s,
  )
})

it('names the library that the download left out', () => {
  install()
  // played by JavaScript that fails as the loader of the system does
  write(
    '@tensorflow/tfjs-node/lib/binding.js',
    `throw new Error('libtensorflow.so.2: cannot open')`,
  )
  const lookup = `exports.find = manifest => require('path').join(manifest, '../lib/binding.js')`
  write('@mapbox/node-pre-gyp/index.js', lookup)
  expect(complaint()).toEqual({
    code: 'tfjs-node-native',
    text: "the native part of @tensorflow/tfjs-node finds no libtensorflow.so.2; expected TensorFlow's library in <folder>/node_modules/@tensorflow/tfjs-node/deps/lib, which its install script downloads. Reinstall @tensorflow/tfjs-node where its install script may run and storage.googleapis.com can be reached.",
  })
})

it('tells how to do without a GPU', () => {
  expect(noGpu('@tensorflow/tfjs-node-gpu').message).toBe(
    "TensorFlow sees no GPU that it could use with @tensorflow/tfjs-node-gpu; expected a CUDA GPU, its driver, and the CUDA and cuDNN libraries of the version that TensorFlow was built for. Look for 'Could not load dynamic library' above, set CUDA_VISIBLE_DEVICES=-1 to run it on the processor all the same, or import '@dl/backend-node'.",
  )
})
