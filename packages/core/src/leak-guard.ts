/** Counts what is alive before and after a piece of code and complains about a difference. */
import { engine, getBackend, memory } from '@tensorflow/tfjs-core'
import { DlError } from './errors'

/** What a backend holds. `blocks` counts the memory blocks of backends that manage their own. */
export interface Holdings {
  tensors: number
  buffers: number
  blocks: number
}

export function holdings(): Holdings {
  if (!getBackend()) return { tensors: 0, buffers: 0, blocks: 0 }
  const { numTensors, blocks = 0 } = memory() as ReturnType<typeof memory> & { blocks?: number }
  return { tensors: numTensors, buffers: engine().backend.numDataIds(), blocks }
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
  const before = holdings()
  return {
    check(label = 'the guarded code') {
      const after = holdings()
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
