/**
 * Where tests find tfjs-node: in the folder that DL_TFJS_NODE names, or in one below
 * node_modules/.cache that `node scripts/tfjs-node.mjs` makes. tfjs-node's own download of TensorFlow is
 * there for few machines, so its native part is compiled against the library that Python's package
 * carries.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { root } from './workspace.mjs'

const VERSION = '4.22.0'
const TENSORFLOW = '2.21.0'
const CACHE = join(root, 'node_modules/.cache')
const OWN = join(CACHE, 'tfjs-node')

const packageIn = (/** @type {string} */ folder) =>
  join(folder, 'node_modules/@tensorflow/tfjs-node')
const bindingIn = (/** @type {string} */ folder) =>
  join(packageIn(folder), 'lib/napi-v8/tfjs_binding.node')

/** The folder whose node_modules has it with its native part, or null. */
export const findTfjsNode = () => {
  const folders = [process.env.DL_TFJS_NODE, OWN, join(root, 'packages/backend-node'), root]
  return folders.find(folder => folder && existsSync(bindingIn(folder))) ?? null
}

/** Why its tests do not run where there is none. */
export const NO_TFJS_NODE =
  'there is no @tensorflow/tfjs-node with its native part; `node scripts/tfjs-node.mjs` compiles one (1 GB), DL_TFJS_NODE names a folder that has it'

const run = promisify(execFile)

/** Makes the folder where there is none; says why on standard error where that fails. */
async function prepareTfjsNode() {
  if (findTfjsNode() !== null) return
  process.stderr.write('Compiling tfjs-node against TensorFlow, once (1 GB) …\n')
  await mkdir(CACHE, { recursive: true })
  const folder = await mkdtemp(join(CACHE, 'tfjs-node-'))
  try {
    await install(folder)
    await rename(folder, OWN)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    process.stderr.write(`tfjs-node is left out: ${String(error).trim().split('\n').at(-1)}\n`)
  }
}

/** @param {string} folder */
async function install(folder) {
  const wheel = join(folder, 'wheel')
  const pip = ['-m', 'pip', 'download', '-q', '--no-deps', '--retries', '1', '--timeout', '20']
  await run('python3', [...pip, '-d', wheel, `tensorflow-cpu==${TENSORFLOW}`])
  await run('python3', ['-c', UNPACK, wheel])
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
  // its install script would download
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
  await run('npm', ['install', ...flags, `@tensorflow/tfjs-node@${VERSION}`], { cwd: folder })
  const own = packageIn(folder)
  const libraries = join(own, 'deps/lib')
  await mkdir(libraries, { recursive: true })
  await mkdir(dirname(bindingIn(folder)), { recursive: true })
  const files = {
    'libtensorflow.so': 'libtensorflow_cc.so.2',
    'libtensorflow_framework.so': 'libtensorflow_framework.so.2',
  }
  for (const [name, file] of Object.entries(files)) {
    await cp(join(wheel, 'tensorflow', file), join(libraries, file))
    await symlink(file, join(libraries, name))
  }
  const headers = join(dirname(dirname(process.execPath)), 'include/node')
  await run('g++', [
    ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'],
    ...[headers, own, join(wheel, 'tensorflow/include')].map(path => `-I${path}`),
    ...['tfjs_backend.cc', 'tfjs_binding.cc'].map(file => join(own, 'binding', file)),
    ...['-o', bindingIn(folder), `-L${libraries}`, '-ltensorflow', '-ltensorflow_framework'],
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ])
  await rm(wheel, { recursive: true })
}

/** The wheel's library and the headers that the binding includes. */
const UNPACK = `
import glob, re, sys, zipfile
folder = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(folder + "/*.whl")[0])
wanted = r"tensorflow/(libtensorflow_(cc|framework)\\.so\\.2$|include/(tensorflow/(c|core/platform)|tsl/platform|xla/tsl)/)"
for item in wheel.infolist():
    if re.match(wanted, item.filename):
        wheel.extract(item, folder)
`

if (process.argv[1] === fileURLToPath(import.meta.url)) await prepareTfjsNode()
