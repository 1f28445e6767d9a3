/** Batches out of any data set. */
import {
  checkOptions,
  DlError,
  defaultGenerator,
  Generator,
  type RandomState,
  showValue,
} from '@dl/core'
import type { Example } from './array-dataset'
import { requireCount, requireDataset, requireItems, requirePositive } from './check'
import { collate, LAYOUTS, type Layout } from './collate'
import type { Batch, DataLoader, Dataset, LoaderState } from './loader'

export interface DataLoaderOptions {
  /** Items of a batch (default 64). Validation needs less memory and may have twice as many. */
  bs?: number
  /** A new order each epoch (default false). */
  shuffle?: boolean
  /** Seed of the orders; without it they come from the default generator, see `manualSeed`. */
  seed?: number
  /** Instead of a seed. */
  generator?: Generator
  /** Leave out a last batch that would be smaller than `bs` (default false). */
  dropLast?: boolean
  /** How items lie in the tensors of a batch (default `rows`). */
  layout?: Layout
}

export interface CollateOptions<T, B> extends Omit<DataLoaderOptions, 'layout'> {
  /** Makes a batch of items as the data set gives them. */
  collate(items: T[]): B | Promise<B>
}

/** A loader that knows its length and can be stored and resumed. */
export type StatefulLoader<B = Batch> = DataLoader<B> &
  Required<Pick<DataLoader<B>, 'state' | 'restore'>> & { readonly length: number }

/**
 * A loader of examples `{ inputs, target }`, or with `collate` of items of any kind. The order of an
 * epoch depends on the seed and the epoch's number alone.
 *
 * @throws DlError `empty-dataset`, `bad-dataset`, `bad-option`; while it runs, `bad-item` for an item that could
 *   not be made or does not fit those beside it
 *
 * @example
 * ```ts
 * import { dataLoader, disposeBatch } from '@dl/data'
 *
 * const squares = { length: 10, get: (i: number) => ({ inputs: [[i]], target: [i * i] }) }
 * const loader = dataLoader(squares, { bs: 4, shuffle: true, seed: 1 })
 * loader.length // → 3
 * const shapes: number[][] = []
 * for await (const batch of loader) {
 *   shapes.push(batch.inputs[0]!.shape)
 *   disposeBatch(batch)
 * }
 * shapes.join(' ') // → 4,1 4,1 2,1
 * ```
 */
export function dataLoader<T, B = Batch>(
  dataset: Dataset<T>,
  options: CollateOptions<T, B>,
): StatefulLoader<B>
export function dataLoader(dataset: Dataset<Example>, options?: DataLoaderOptions): StatefulLoader
export function dataLoader<T, B>(
  dataset: Dataset<T>,
  options: DataLoaderOptions | CollateOptions<T, B> = {},
): StatefulLoader<B | Batch> {
  const {
    bs = 64,
    shuffle = false,
    dropLast = false,
  } = checkOptions('dataLoader', options as DataLoaderOptions & Partial<CollateOptions<T, B>>, [
    'bs',
    'shuffle',
    'seed',
    'generator',
    'dropLast',
    'layout',
    'collate',
  ])
  requireDataset('dataLoader', dataset)
  const toBatch = batchMaker<T, B>(options)
  requireItems(dataset.length)
  requirePositive('bs', bs)
  const { length: items } = dataset
  const batches = dropLast ? Math.floor(items / bs) : Math.ceil(items / bs)
  if (batches === 0) {
    throw new DlError('empty-dataset', {
      problem: `${items} items give no whole batch of ${bs}`,
      expected: `a bs of at most ${items}, or dropLast: false`,
    })
  }
  const generator = shuffle ? generatorOf(options).fork('shuffle') : null
  let epoch = 0
  let first = 0

  async function* run(order: Int32Array | undefined, first: number) {
    for (let i = first; i < batches; i++) {
      const from = i * bs
      const indices = Array.from(
        { length: Math.min(bs, items - from) },
        (_, k) => order?.[from + k] ?? from + k,
      )
      yield toBatch(await itemsOf(dataset, indices), indices)
    }
  }

  return {
    length: batches,
    [Symbol.asyncIterator]() {
      const order = generator?.fork(epoch).permutation(items)
      epoch++
      const from = first
      first = 0
      return run(order, from)
    },
    state: () => ({ epoch, ...(generator && { random: generator.state() }) }),
    restore(state: LoaderState) {
      if (!Number.isInteger(state?.epoch) || state.epoch < 0) {
        throw new DlError('bad-state', {
          problem: `the stored epoch is ${showValue(state?.epoch)}`,
          expected: 'an integer of at least 0, as state() gives it',
        })
      }
      const { random } = state
      if (random !== undefined) {
        if (!isRandomState(random)) {
          throw new DlError('bad-state', {
            problem: `the stored random is ${showValue(random)}`,
            expected: '{ key, counter }, as state() gives it',
          })
        }
        generator?.restore(random)
      }
      epoch = state.epoch
      first = 0
    },
    skip(count) {
      requireCount('skip', count)
      first = count
    },
  }
}

const isRandomState = (random: RandomState | null): boolean =>
  Array.isArray(random?.key) &&
  random.key.length === 2 &&
  [...random.key, random.counter].every(Number.isSafeInteger)

type BatchMaker<T, B> = (items: T[], indices: readonly number[]) => B | Promise<B>

function batchMaker<T, B>(
  options: DataLoaderOptions | CollateOptions<T, B>,
): BatchMaker<T, B | Batch> {
  if ('collate' in options && options.collate !== undefined) {
    if (typeof options.collate === 'function') return items => options.collate(items)
    throw new DlError('bad-option', {
      problem: `collate is ${showValue(options.collate)}`,
      expected: 'a function that makes a batch of items',
    })
  }
  const { layout = 'rows' } = options as DataLoaderOptions
  if (!LAYOUTS.includes(layout)) {
    throw new DlError('bad-option', {
      problem: `layout is ${showValue(layout)}`,
      expected: `one of ${LAYOUTS.join(', ')}`,
    })
  }
  // the first overload has it that these are examples
  return (items, indices) => collate(items as Example[], indices, layout)
}

/** All at once, so that items that are read from somewhere do not wait for each other. */
function itemsOf<T>(dataset: Dataset<T>, indices: readonly number[]): Promise<T[]> {
  return Promise.all(
    indices.map(async index => {
      try {
        return await dataset.get(index)
      } catch (cause) {
        const told = cause instanceof Error ? cause.message : cause
        throw new DlError('bad-item', {
          problem: `item ${index} could not be made: ${typeof told === 'string' ? told : showValue(told)}`,
          cause,
        })
      }
    }),
  )
}

function generatorOf({
  seed,
  generator,
}: Pick<DataLoaderOptions, 'seed' | 'generator'>): Generator {
  if (generator !== undefined && typeof generator?.fork !== 'function') {
    throw new DlError('bad-option', {
      problem: `generator is ${showValue(generator)}`,
      expected: 'a Generator of @dl/core',
    })
  }
  return generator ?? (seed === undefined ? defaultGenerator() : new Generator(seed))
}
