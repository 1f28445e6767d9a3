import { checkOptions, DlError, showValue } from '@dl/core'
import type { Example } from './array-dataset'
import { requireIndex, requirePositive, requireWhole } from './check'
import type { Dataset } from './loader'
import type { Values } from './values'

export interface WindowsOptions {
  /** How many ids a model is given. */
  size: number
  /** From the beginning of one window to that of the next (default `size`: they do not overlap). */
  stride?: number
  /** The id that follows the window (default), or for each of its ids the one that follows. */
  target?: 'next' | 'shifted'
}

export interface Windows extends Dataset<Example<Values>> {
  /** Views of the ids, not copies. */
  get(index: number): Example<Values>
}

/**
 * Pieces of a text, each with what comes next: the data of lesson 6. Every window that has an id
 * after it is there.
 *
 * Windows that overlap share text: split the ids first, not the windows, or what is meant to judge
 * a model has been learnt.
 *
 * @throws DlError `bad-option`, `text-too-short`, `bad-value` for ids that are no whole numbers
 *
 * @example
 * ```ts
 * import { windows } from '@dl/data'
 *
 * const ids = Int32Array.from({ length: 11 }, (_, i) => i)
 * const next = windows(ids, { size: 3, stride: 1 })
 * next.length // → 8
 * next.get(1).inputs[0]!.data // → 1,2,3
 * next.get(1).target.data // → 4
 * windows(ids, { size: 5, target: 'shifted' }).get(1).target.data // → 6,7,8,9,10
 * ```
 */
export function windows(ids: Int32Array | readonly number[], options: WindowsOptions): Windows {
  const names = ['size', 'stride', 'target'] as const
  const { size, stride = size, target = 'next' } = checkOptions('windows', options, names)
  requireWhole('ids', ids)
  requirePositive('size', size)
  requirePositive('stride', stride)
  if (target !== 'next' && target !== 'shifted') {
    throw new DlError('bad-option', {
      problem: `target is ${showValue(target)}`,
      expected: '"next" or "shifted"',
    })
  }
  if (ids.length <= size) {
    throw new DlError('text-too-short', {
      problem: `there are ${ids.length} ids, too few for windows of ${size}`,
      expected: `at least ${size + 1}`,
    })
  }
  const all = ids instanceof Int32Array ? ids : Int32Array.from(ids)
  const length = Math.ceil((all.length - size) / stride)
  const piece = (from: number): Values => ({
    data: all.subarray(from, from + size),
    shape: [size],
  })
  const following = (end: number): Values => ({ data: all.subarray(end, end + 1), shape: [] })
  return {
    length,
    get(index) {
      requireIndex(index, length)
      const from = index * stride
      return {
        inputs: [piece(from)],
        target: target === 'next' ? following(from + size) : piece(from + 1),
      }
    },
  }
}
