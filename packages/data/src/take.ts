import { DlError, showValue } from '@dl/core'
import type { DataLoader } from './loader'

/**
 * The first batches of every epoch of a loader: for a quick try, the same work on every backend, and
 * for epochs of a stream that never ends.
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
      problem: `take got ${showValue(batches)} batches`,
      expected: 'an integer of at least 1',
    })
  }
  if (typeof loader?.[Symbol.asyncIterator] !== 'function') {
    throw new DlError('bad-loader', {
      problem: `take got ${showValue(loader)}`,
      expected: 'a loader, such as dataLoader() makes',
    })
  }
  let skipped = 0
  async function* run(left: number) {
    if (left <= 0) return
    for await (const batch of loader) {
      // asked for before the next batch is made, so that none is dropped undisposed
      yield batch
      if (--left <= 0) return
    }
  }
  return {
    get length() {
      return loader.length === undefined ? undefined : Math.min(batches, loader.length)
    },
    [Symbol.asyncIterator]() {
      const left = batches - skipped
      skipped = 0
      return run(left)
    },
    // as much as the loader itself can
    ...(loader.state && { state: () => loader.state!() }),
    ...(loader.restore && { restore: state => loader.restore!(state) }),
    ...(loader.skip && {
      skip(count) {
        loader.skip!(count)
        skipped = count
      },
    }),
  } satisfies DataLoader<B>
}
