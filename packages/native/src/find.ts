/**
 * Finds the addon that fits this system. Nothing here throws: a program goes on without native
 * kernels, and whoever asked is told why.
 */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A set of vector instructions: 256 bits and 512 bits on x64, 128 bits on arm64. */
export type Level = 'avx2' | 'avx512' | 'neon'

/** An addon that this process has loaded; every thread loads it anew from its file. */
export interface NativeAddon {
  /** Where it is. */
  file: string
  level: Level
  /** The version of this package. */
  version: string
  /** Which kernels with which arguments it has; the backend refuses others than it knows. */
  contract: number
  /** Whether each access is held against the bounds of the memory (`DL_NATIVE_CHECKED=1`). */
  checked: boolean
}

/** Why there is none. */
export interface NoNative {
  problem: string
  /** Whether something is wrong with the installation, rather than absent, unsupported or forbidden. */
  broken: boolean
}

export interface FindNativeOptions {
  /** The level to use (default: the best one of this processor). */
  level?: Level
  /** The build that checks each access (default: whether DL_NATIVE_CHECKED is 1). */
  checked?: boolean
  /** Where addons are (default: in this package; the checking build is never packed). */
  folder?: string
}

/** What an addon exports. */
interface Exports {
  version: string
  contract: number
  checked: boolean
  levels: Level[]
}

// this file is src/find.ts or a part of dist/index.js
const own = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * The addon for this system, loaded; or why there is none.
 *
 * @example
 * ```ts
 * import { findNative } from '@dl/native'
 *
 * const found = findNative()
 * 'level' in found || found.problem !== '' // → true
 * ```
 */
export function findNative({
  level,
  checked = process.env.DL_NATIVE_CHECKED === '1',
  folder = own(checked ? '../node_modules/.checked/' : '../dist/'),
}: FindNativeOptions = {}): NativeAddon | NoNative {
  const target = `${process.platform}-${process.arch}`
  const name = checked ? `${target}.checked.node` : `${target}.node`
  const file = `${folder}${name}`
  try {
    if (!existsSync(file)) return absent(`@dl/native has no ${name}`)
    const { version } = JSON.parse(readFileSync(own('../package.json'), 'utf8'))
    // a file cut short would not fail to load, but end the process
    const digests = JSON.parse(readFileSync(`${folder}addons.json`, 'utf8'))
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    if (digests[name]?.sha256 !== digest) return broken(`${file} is damaged: its checksum is wrong`)
    const addon = load(file)
    if (addon.version !== version) {
      return broken(`${name} is of version ${addon.version}, @dl/native of ${version}`)
    }
    const { levels, contract } = addon
    const best = levels[0]
    if (best === undefined) return absent('the processor has no AVX2')
    if (level !== undefined && !levels.includes(level)) {
      return absent(`the processor has no ${level}, only ${levels.join(', ')}`)
    }
    return { file, level: level ?? best, version, contract, checked: addon.checked }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const [line] = message.split('\n')
    const forbidden = code === 'ERR_DLOPEN_DISABLED' || code === 'ERR_ACCESS_DENIED'
    return { problem: `${name} does not load: ${line}`, broken: !forbidden }
  }
}

function load(file: string): Exports {
  const module = { exports: {} }
  process.dlopen(module, file)
  return module.exports as Exports
}

const absent = (problem: string): NoNative => ({ problem, broken: false })
const broken = (problem: string): NoNative => ({ problem, broken: true })
