/** Parts of a data set. */
import { DlError, Generator, showValue } from '@dl/core'
import { requireDataset, requireIndex, requireItems, requireWhole } from './check'
import type { Dataset } from './loader'

/**
 * The items with these numbers, in this order.
 *
 * @throws DlError `bad-index` for a number that is none of the data set's
 *
 * @example
 * ```ts
 * import { subset } from '@dl/data'
 *
 * const squares = { length: 10, get: (i: number) => i * i }
 * subset(squares, [3, 1]).get(0) // → 9
 * ```
 */
export function subset<T>(dataset: Dataset<T>, indices: ArrayLike<number>): Dataset<T> {
  requireDataset('subset', dataset)
  requireWhole('indices', indices)
  const chosen = Array.from(indices)
  for (const index of chosen) requireIndex(index, dataset.length)
  return {
    length: chosen.length,
    get(index) {
      requireIndex(index, chosen.length)
      return dataset.get(chosen[index]!)
    },
  }
}

/**
 * Two parts, cut at random: what to learn from and, `heldOut` of it (0.2 in the lesson, rounded
 * down), what to judge by.
 *
 * @param seed the same items from the same seed, whatever else is random
 * @throws DlError `bad-option` where a part would have no items
 *
 * @example
 * ```ts
 * import { randomSplit } from '@dl/data'
 *
 * const squares = { length: 10, get: (i: number) => i * i }
 * const [train, validation] = randomSplit(squares, 0.2, 42)
 * train.length // → 8
 * validation.length // → 2
 * ```
 */
export function randomSplit<T>(
  dataset: Dataset<T>,
  heldOut: number,
  seed: number,
): [train: Dataset<T>, validation: Dataset<T>] {
  requireDataset('randomSplit', dataset)
  requireItems(dataset.length)
  const isPart = typeof heldOut === 'number' && heldOut > 0 && heldOut < 1
  // 0.29 of 100 is 28.999999999999996
  const count = isPart ? Math.floor(dataset.length * heldOut + 1e-9) : 0
  if (count === 0) {
    throw new DlError('bad-option', {
      problem: `randomSplit got ${showValue(heldOut)} of ${dataset.length} items`,
      expected: 'a number between 0 and 1 that leaves both parts an item',
    })
  }
  const order = new Generator(seed).permutation(dataset.length)
  return [subset(dataset, order.subarray(count)), subset(dataset, order.subarray(0, count))]
}
