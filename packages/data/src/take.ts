import { DlError } from '@dl/core'
import type { DataLoader } from './loader'

/**
 * The first batches of every epoch of a loader: for a quick try, the same work on every backend.
 *
 * @param batches how many at most
 *
 * @example
 * ```ts
 * import { take } from '@dl/data'
 *
 * const loader = { length: 900, async *[Symbol.asyncIterator]() {} }
 * take(loader, 40).length // → 40
 * ```
 */
export function take<B>(loader: DataLoader<B>, batches: number): DataLoader<B> {
  if (!Number.isInteger(batches) || batches < 1) {
    throw new DlError('bad-option', {
      problem: `take got ${batches} batches`,
      expected: 'an integer of at least 1',
    })
  }
  return {
    get length() {
      return Math.min(batches, loader.length)
    },
    async *[Symbol.asyncIterator]() {
      let left = Math.min(batches, loader.length)
      for await (const batch of loader) {
        // asked for before the next batch is made, so that none is dropped undisposed
        yield batch
        if (--left <= 0) return
      }
    },
  }
}
