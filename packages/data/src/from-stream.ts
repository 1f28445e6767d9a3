/** A loader of what comes one after the other and does not say how much it will be. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { Tensor } from '@tensorflow/tfjs-core'
import type { Example } from './array-dataset'
import { requirePositive } from './check'
import { collate, LAYOUTS, type Layout } from './collate'
import type { Batch, LoaderState } from './loader'

/** Examples, or whole batches, whose tensors go to whoever takes them. */
export type StreamSource<T = Example | Batch> = AsyncIterable<T> | Iterable<T> | ReadableStream<T>

export interface StreamOptions {
  /** Items of a batch (default 64); batches are passed on as they come. */
  bs?: number
  /** Leave out a last batch that would be smaller than `bs` (default false). */
  dropLast?: boolean
  /** How items lie in the tensors of a batch (default `rows`). */
  layout?: Layout
  /** How many batches an epoch has, where you know: progress and schedules count with it. */
  length?: number
}

/** A loader without a length, unless it was told. */
export interface StreamLoader extends AsyncIterable<Batch> {
  readonly length?: number
  state(): LoaderState
  restore(state: LoaderState): void
}

/**
 * Batches of a stream. Each epoch asks `open` for a new one; a stream given as it is lasts for one
 * epoch. Order and chance are the stream's: `open` is told the number of the epoch, from 0.
 *
 * @throws DlError `bad-option`; while it runs, `bad-item`, `empty-dataset` for a stream that ends
 *   without a batch, `stream-ended` for one that was read before
 *
 * @example
 * ```ts
 * import { disposeBatch, fromStream } from '@dl/data'
 *
 * async function* lines() {
 *   for (let i = 0; i < 10; i++) yield { inputs: [[i]], target: [i * i] }
 * }
 * const loader = fromStream(lines, { bs: 4 })
 * const sizes: number[] = []
 * for await (const batch of loader) {
 *   sizes.push(batch.items)
 *   disposeBatch(batch)
 * }
 * sizes // → 4,4,2
 * ```
 */
export function fromStream(
  open: StreamSource | ((epoch: number) => StreamSource | Promise<StreamSource>),
  options: StreamOptions = {},
): StreamLoader {
  const names = ['bs', 'dropLast', 'layout', 'length'] as const
  const {
    bs = 64,
    dropLast = false,
    layout = 'rows',
    length,
  } = checkOptions('fromStream', options, names)
  requirePositive('bs', bs)
  if (length !== undefined) requirePositive('length', length)
  if (!LAYOUTS.includes(layout)) {
    throw new DlError('bad-option', {
      problem: `layout is ${showValue(layout)}`,
      expected: `one of ${LAYOUTS.join(', ')}`,
    })
  }
  if (typeof open !== 'function') requireSource(open)
  const used = new WeakSet<object>()
  let epoch = 0

  async function* run(number: number): AsyncGenerator<Batch, void> {
    const source = typeof open === 'function' ? await open(number) : open
    requireSource(source)
    if (used.has(source)) throw ended()
    // what is its own iterator cannot begin again
    if (isOnce(source)) used.add(source)
    let waiting: Example[] = []
    let read = 0
    let given = 0
    const together = () => {
      const first = read - waiting.length
      const batch = collate(
        waiting,
        Array.from(waiting.keys(), i => first + i),
        layout,
      )
      waiting = []
      given++
      return batch
    }
    for await (const one of iterate(source)) {
      read++
      if (isBatch(one)) {
        if (waiting.length > 0) throw mixed(read - 1)
        given++
        yield one
      } else {
        if (waiting.push(one) === bs) yield together()
      }
    }
    if (waiting.length > 0 && !dropLast) yield together()
    if (given > 0) return
    throw new DlError('empty-dataset', {
      problem: `the stream ended after ${read} items, without a batch`,
      expected: dropLast ? `at least ${bs}, or dropLast: false` : 'at least 1',
    })
  }

  return {
    ...(length !== undefined && { length }),
    [Symbol.asyncIterator]: () => run(epoch++),
    state: () => ({ epoch }),
    restore(state) {
      if (!Number.isInteger(state?.epoch) || state.epoch < 0) {
        throw new DlError('bad-state', {
          problem: `the stored epoch is ${showValue(state?.epoch)}`,
          expected: 'an integer of at least 0, as state() gives it',
        })
      }
      epoch = state.epoch
    },
  }
}

/** Not all browsers can walk over a ReadableStream. */
async function* iterate<T>(source: StreamSource<T>): AsyncGenerator<T, void> {
  if (Symbol.asyncIterator in source || Symbol.iterator in source) {
    yield* source
    return
  }
  const reader = (source as ReadableStream<T>).getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel()
  }
}

const isBatch = (one: Example | Batch): one is Batch => one?.target instanceof Tensor

const isOnce = (source: object): boolean => 'next' in source || 'getReader' in source

function requireSource(source: unknown): asserts source is StreamSource {
  const ways = [Symbol.asyncIterator, Symbol.iterator, 'getReader'] as const
  if (typeof source === 'object' && source !== null) {
    const way = ways.find(key => key in source)
    if (way && typeof (source as Record<typeof way, unknown>)[way] === 'function') return
  }
  throw new DlError('bad-option', {
    problem: `the stream is ${showValue(source)}`,
    expected: 'a function that gives an async iterable or a ReadableStream of { inputs, target }',
  })
}

const ended = () =>
  new DlError('stream-ended', {
    problem: 'the stream was read before',
    expected: 'a new one for each epoch',
    fix: 'Give the function that makes it: fromStream(() => lines()).',
  })

const mixed = (index: number) =>
  new DlError('bad-item', {
    problem: `item ${index} of the stream is a batch, those before it are examples`,
    expected: 'all of one kind',
  })
