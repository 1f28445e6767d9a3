/**
 * Loads tfjs-node, so that its kernels register with the tfjs-core that this program uses. Imported
 * as usual it would bring a second one along, inside of the union package `@tensorflow/tfjs`, whose
 * gradients replace those of @dl/core. So whoever of its files asks for either of the two gets ours,
 * wherever a package manager has put them. In it the backend is called 'node': a program may use
 * tfjs-node by itself as well, whose own is called 'tensorflow'.
 */
import { readFileSync } from 'node:fs'
import { createRequire, Module } from 'node:module'
import { dirname, join, sep } from 'node:path'
import util from 'node:util'
import * as core from '@tensorflow/tfjs-core'
import { nativeProblem, otherVersion, packageMissing } from './complaints'
import { setEnvironment } from './environment'
import type { Binding, PackageName, TfjsNodeBackendClass } from './tensorflow'

/** Its kernels, its compiled code and its classes are known here: it is this version and no range. */
export const VERSION = '4.22.0'

export interface Loaded {
  binding: Binding
  Backend: TfjsNodeBackendClass
}

/**
 * @param backendName under which its kernels register
 * @throws DlError `tfjs-node-missing`, `tfjs-node-version`, `tfjs-node-native`
 */
export function loadTfjsNode(packageName: PackageName, backendName: string): Loaded {
  const manifest = find(packageName)
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  if (version !== VERSION) throw otherVersion(packageName, version)
  setEnvironment()
  supplyOldUtilities()
  const require = createRequire(manifest)
  // first, as without it there is no use for the rest
  const binding = loadBinding(packageName, manifest, require)
  const Backend = withOurCore(dirname(manifest), require, coreNamed(backendName), () => {
    require('./dist/register_all_kernels')
    return require('./dist/nodejs_kernel_backend').NodeJSKernelBackend
  })
  return { binding, Backend }
}

/** The package's manifest, beside this package or below the folder that DL_TFJS_NODE names. */
function find(packageName: PackageName): string {
  const { DL_TFJS_NODE: folder } = process.env
  const from = folder ? join(folder, 'package.json') : import.meta.url
  try {
    return createRequire(from).resolve(`${packageName}/package.json`)
  } catch (cause) {
    throw packageMissing(packageName, VERSION, folder, cause)
  }
}

function loadBinding(packageName: PackageName, manifest: string, require: NodeJS.Require): Binding {
  let path: string | undefined
  try {
    path = require('@mapbox/node-pre-gyp').find(manifest) as string
    return require(path)
  } catch (cause) {
    throw nativeProblem(packageName, dirname(manifest), path, cause)
  }
}

/** 4.22.0 calls functions that Node 23 has no more. */
function supplyOldUtilities(): void {
  const old = util as unknown as Record<string, unknown>
  old.isNullOrUndefined ??= (value: unknown) => value == null
  old.isArray ??= Array.isArray
}

/** Our tfjs-core, in which the backend 'tensorflow' goes by another name. */
function coreNamed(backendName: string): object {
  const rename = (name: string) => (name === 'tensorflow' ? backendName : name)
  // in a bundle it is a class, which tfjs-node's, of functions, cannot extend
  const KernelBackend = function KernelBackend() {}
  KernelBackend.prototype = core.KernelBackend.prototype
  return {
    ...core,
    KernelBackend,
    registerKernel: (config: core.KernelConfig) =>
      core.registerKernel({ ...config, backendName: rename(config.backendName) }),
    findBackend: (name: string) => core.findBackend(rename(name)),
  }
}

/** Runs `load` with fresh modules of the package, which it leaves to itself. */
function withOurCore<T>(folder: string, require: NodeJS.Require, ours: object, load: () => T): T {
  const { cache } = require
  const replaced = new Map<string, NodeModule | undefined>()
  const put = (path: string, module?: NodeModule) => {
    replaced.set(path, cache[path])
    if (module) cache[path] = module
    else delete cache[path]
  }
  const isOfPackage = (path: string) => path.startsWith(join(folder, 'dist') + sep)
  for (const path of Object.keys(cache).filter(isOfPackage)) put(path)
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    const path = require.resolve(name)
    const module = new Module(path)
    module.filename = path
    module.exports = ours
    module.loaded = true
    put(path, module)
  }
  try {
    return load()
  } finally {
    for (const path of Object.keys(cache).filter(isOfPackage)) delete cache[path]
    for (const [path, module] of replaced) {
      if (module) cache[path] = module
      else delete cache[path]
    }
  }
}
