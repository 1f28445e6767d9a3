/** Looks for @dl/native, whose kernels take the place of WebAssembly's where they give the same bits. */
import { DlError } from '@dl/core'
import type { SimdVariant } from '../simd'
import { nodeModule } from '../threads/spawn'
import type { NativeAddon } from './attach'

export { attach } from './attach'

/** The kernels' names, arguments and scratch; to be raised in both packages when one of them changes. */
export const CONTRACT = 1

const LEVELS = ['avx512', 'avx2', 'neon']

/** The native kernels to run, or in words why there are none. */
export type Native = NativeAddon | { off: string }

/** What @dl/native exports. */
interface Finder {
  findNative(options: { level?: string }): NativeAddon | { problem: string; broken: boolean }
}

/** What DL_NATIVE says: a level, '0' for none, undefined for whatever there is. */
function wish(): string | undefined {
  const asked = globalThis.process?.env?.DL_NATIVE || undefined
  if (asked === undefined || asked === '0' || LEVELS.includes(asked)) return asked
  throw new DlError('bad-option', {
    problem: `DL_NATIVE is '${asked}'`,
    expected: `0, ${LEVELS.join(', ')}, or nothing for the best there is`,
  })
}

/**
 * @throws DlError `bad-option` for an unknown word in DL_NATIVE, `no-native` where it names a level
 *   that cannot run
 */
export function findNative(simd: SimdVariant, shared: boolean): Native {
  const level = wish()
  if (level === '0') return { off: 'DL_NATIVE is 0' }
  const found = look(simd, shared, level)
  if (level === undefined || !('off' in found)) return found
  throw new DlError('no-native', {
    problem: `DL_NATIVE asks for ${level}, but ${found.off}`,
    fix: 'Leave DL_NATIVE out to go on with what there is.',
  })
}

function look(simd: SimdVariant, shared: boolean, level: string | undefined): Native {
  if (simd === 'plain') return { off: 'plain kernels have other last bits' }
  if (!shared) return { off: 'the memory is not shared' }
  const finder = load()
  if (finder === null) return { off: '@dl/native is not installed' }
  const found = finder.findNative(level === undefined ? {} : { level })
  if ('problem' in found) return refused(found.problem, found.broken)
  const { contract, version } = found
  if (contract === CONTRACT) return found
  const problem = `@dl/native ${version} has kernels of contract ${contract}, @dl/backend-wasm of ${CONTRACT}`
  return refused(problem, true)
}

const told = new Set<string>()

function refused(problem: string, broken: boolean): Native {
  if (broken && !told.has(problem)) {
    told.add(problem)
    console.warn(`@dl/backend-wasm goes on without native kernels: ${problem}.`)
  }
  return { off: problem }
}

/** The package, if it is installed beside this one or beside the program; null if it is not. */
function load(): Finder | null {
  const createRequire = nodeModule('node:module')?.createRequire
  if (!createRequire) return null
  const places: (string | undefined)[] = [import.meta.url, `${process.cwd()}/program.js`]
  for (const from of places) {
    // a bundle in CommonJS has no address of its own
    if (from === undefined) continue
    try {
      return createRequire(from)('@dl/native') as Finder
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === 'MODULE_NOT_FOUND') continue
      const problem = `@dl/native does not load: ${message.split('\n')[0]}`
      return { findNative: () => ({ problem, broken: code !== 'ERR_ACCESS_DENIED' }) }
    }
  }
  return null
}
