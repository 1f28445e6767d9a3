/** How the kernels of @dl/native become an addon: flags that hold for every compiler and target. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readJson, root } from '../workspace.mjs'

export const folder = join(root, 'packages/native')
const sources = join(folder, 'kernels')

/** Each level with the instructions it is compiled for. @type {Record<string, Record<string, string[]>>} */
const LEVELS = {
  x64: {
    avx2: ['-mavx2', '-mfma'],
    avx512: ['-mavx2', '-mfma', '-mavx512f', '-mavx512dq', '-mavx512bw', '-mavx512vl'],
  },
  arm64: { neon: [] },
}

/**
 * Sums keep their order and are rounded one by one, as in WebAssembly: nothing of -ffast-math. No
 * library of C++ is needed, and in the checking build alone its exceptions.
 */
const FLAGS = [
  ...['-std=c++17', '-O2', '-fPIC', '-fvisibility=hidden', '-ffp-contract=off'],
  ...['-fno-strict-aliasing', '-fno-math-errno', '-fno-trapping-math', '-fno-rtti'],
  // GCC finds something to say of its own AVX-512 header, which others have not heard of
  ...['-Wall', '-Wextra', '-Wno-unknown-warning-option', '-Wno-maybe-uninitialized'],
]

/** The checking build: each access against the memory's bounds, and the compiler's own sanitizers. */
const CHECKED = [
  '-DDL_CHECKED',
  '-O1',
  '-g',
  '-fsanitize=undefined,address',
  '-fno-sanitize-recover=all',
]

/**
 * @typedef {object} Build
 * @property {string[]} compiler a command, its arguments before ours
 * @property {string} platform of Node: linux, darwin, win32
 * @property {string} arch of Node: x64, arm64
 * @property {boolean} [checked]
 * @property {string[]} [link] what this target wants when it is linked
 */

/** The files of a release, with zig's name for what each is made for. One serves both C libraries of Linux. */
export const TARGETS = {
  'linux-x64': 'x86_64-linux-gnu',
  'linux-arm64': 'aarch64-linux-gnu',
  'darwin-x64': 'x86_64-macos',
  'darwin-arm64': 'aarch64-macos',
  'win32-x64': 'x86_64-windows-gnu',
  'win32-arm64': 'aarch64-windows-gnu',
}

/** What an addon is called. @param {Build} build */
export const nameOf = ({ platform, arch, checked }) =>
  `${platform}-${arch}${checked ? '.checked' : ''}.node`

/** The commands of a build: objects that can be made side by side, then the addon. */
export function commandsOf(/** @type {Build} */ build, /** @type {string} */ work) {
  const { compiler, platform, arch, checked = false, link = [] } = build
  const { include_dir } = createRequire(join(folder, 'package.json'))('node-api-headers')
  const { version } = readJson(join(folder, 'package.json'))
  const flags = [
    ...[...FLAGS, `-I${include_dir}`, `-DDL_VERSION="${version}"`],
    ...(checked ? CHECKED : ['-fno-exceptions']),
  ]
  const object = (
    /** @type {string} */ source,
    /** @type {string} */ to,
    /** @type {string[]} */ own,
  ) => [...compiler, ...flags, ...own, '-c', join(sources, source), '-o', join(work, `${to}.o`)]
  const levels = Object.entries(LEVELS[arch] ?? {})
  const objects = [
    object('addon.cc', 'addon', []),
    ...levels.map(([level, own]) => object('kernels.cc', level, [`-DDL_LEVEL=${level}`, ...own])),
  ]
  const parts = ['addon', ...levels.map(([level]) => level)].map(part => join(work, `${part}.o`))
  const kind = platform === 'darwin' ? ['-dynamiclib', '-undefined', 'dynamic_lookup'] : ['-shared']
  // on Linux one file serves glibc and musl, as it names no library: what it needs of C Node has loaded
  const alone = platform === 'linux' && !checked ? ['-nostdlib'] : []
  const sanitizers = checked ? CHECKED : ['-s']
  const addon = [...compiler, ...kind, ...alone, ...sanitizers, ...parts, ...link]
  return { objects, addon: [...addon, '-o', join(work, nameOf(build))] }
}

/** What an addon is made of, whoever compiles it. */
export function sourceKey() {
  const hash = createHash('sha256')
  for (const file of readdirSync(sources).sort()) {
    hash.update(file).update(readFileSync(join(sources, file)))
  }
  const { version } = readJson(join(folder, 'package.json'))
  return hash.update(JSON.stringify([FLAGS, CHECKED, LEVELS, version])).digest('hex')
}

/** Where an addon goes: the checking build to a place that is never packed. */
const placeOf = (/** @type {string} */ name) =>
  name.includes('.checked.') ? join(folder, 'node_modules/.checked') : join(folder, 'dist')

/** Which addons there are, with checksums, which the loader holds them against. */
const indexOf = (/** @type {string} */ name) => join(placeOf(name), 'addons.json')
const readIndex = (/** @type {string} */ name) =>
  existsSync(indexOf(name)) ? readJson(indexOf(name)) : {}

/** Whether the addon is there and made of today's sources. @param {string} name */
export const isCurrent = name =>
  existsSync(join(placeOf(name), name)) && readIndex(name)[name]?.key === sourceKey()

/** Puts an addon into its place. @param {string} name @param {string} work */
export function keep(name, work) {
  const bytes = readFileSync(join(work, name))
  mkdirSync(placeOf(name), { recursive: true })
  writeFileSync(join(placeOf(name), name), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const index = { ...readIndex(name), [name]: { sha256, key: sourceKey() } }
  writeFileSync(indexOf(name), `${JSON.stringify(index, null, 2)}\n`)
}
