/** Counts what is alive before and after a piece of code and complains about a difference. */
import { findBackend, getBackend, memory } from '@tensorflow/tfjs-core'
import { check } from './checks'
import { DlError } from './errors'

/** What a backend holds. `blocks` counts the memory blocks of backends that manage their own. */
export interface Holdings {
  tensors: number
  buffers: number
  blocks: number
}

/** Of the active backend, or of the one named. */
export function holdings(backendName = getBackend()): Holdings {
  check('holdings', 'a string', { backendName: backendName ?? '' })
  const backend = backendName ? findBackend(backendName) : null
  if (!backend) return { tensors: 0, buffers: 0, blocks: 0 }
  const { blocks = 0 } = backend.memory() as { blocks?: number }
  return { tensors: memory().numTensors, buffers: backend.numDataIds(), blocks }
}

/** A guard that is on; `check` throws a `DlError` with code `leak` if more is alive than before. */
export interface LeakGuard {
  check(label?: string): void
}

/**
 * Notes what is alive now.
 *
 * @example
 * ```ts
 * import { leakGuard } from '@dl/core'
 * import { scalar } from '@tensorflow/tfjs-core'
 *
 * const guard = leakGuard()
 * const forgotten = scalar(1)
 * let code = ''
 * try { guard.check() } catch (error) { code = (error as { code: string }).code }
 * code // → leak
 * forgotten.dispose()
 * guard.check()
 * ```
 */
export function leakGuard(): LeakGuard {
  // whoever changes the backend is judged by what the first one holds
  const backendName = getBackend()
  const before = holdings(backendName)
  return {
    check(label = 'the guarded code') {
      check('leakGuard', 'a string', { label })
      const after = holdings(backendName || getBackend())
      const grown = (['tensors', 'buffers', 'blocks'] as const)
        .filter(kind => after[kind] !== before[kind])
        .map(kind => `${kind} ${before[kind]} → ${after[kind]}`)
      if (grown.length === 0) return
      throw new DlError('leak', {
        problem: `${label} changed what is alive: ${grown.join(', ')}`,
        expected: 'as much after as before',
        fix: 'Dispose what a call returned, or wrap the code in tidy().',
      })
    },
  }
}
