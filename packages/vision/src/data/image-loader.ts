/**
 * Batches of pictures. While one is used for training, those after it are read and decoded; the
 * order, and each picture's own chance, depend on the seed and the epoch's number alone.
 */
import { DlError, type Generator, showValue } from '@dl/core'
import {
  type Batch,
  type DataLoader,
  dataLoader,
  type LoaderState,
  type StatefulLoader,
} from '@dl/data'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import pLimit from 'p-limit'
import type { PixelImage } from '../pixel-image'
import type { ImageTransforms } from '../transforms/image-transforms'
import type { ImageItem } from './image-set'
import type { ImageStore } from './image-store'

export interface ImageLoaderOptions {
  transforms: ImageTransforms
  bs: number
  shuffle: boolean
  /** Its own: it is forked, never drawn from. */
  generator: Generator
  /** Pictures underway at once. */
  workers: number
  /** Numbers of classes for targets [items, classes] of zeros and ones; null for labels [items]. */
  multiHot: number | null
}

/** Batches made ready beyond the one in use. */
const AHEAD = 2

interface Fetched {
  index: number
  picture: PixelImage
}

export function imageLoader(store: ImageStore, options: ImageLoaderOptions): StatefulLoader {
  const { bs, shuffle, generator, transforms, workers, multiHot } = options
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw new DlError('bad-option', {
      problem: `workers is ${showValue(workers)}`,
      expected: 'an integer of at least 1',
    })
  }
  const { length } = store.all
  // a batch norm cannot learn from a batch of one
  const dropLast = shuffle && length > bs && length % bs === 1
  const orders = dataLoader(
    { length, get: i => i },
    { bs, shuffle, dropLast, generator, collate: indices => indices },
  )

  async function* run(order: AsyncIterator<number[]>, chance: Generator) {
    const limit = pLimit(workers)
    const fetch = async (index: number): Promise<Fetched | null> => {
      const picture = await limit(() => store.get(index, transforms.decodeSide))
      return picture && { index, picture }
    }
    const underway: Promise<(Fetched | null)[]>[] = []
    try {
      while (true) {
        while (underway.length <= AHEAD) {
          const next = await order.next()
          if (next.done) break
          const batch = Promise.all(next.value.map(fetch))
          // told where the batch is due, which may never be
          batch.catch(() => {})
          underway.push(batch)
        }
        const due = underway.shift()
        if (due === undefined) return
        const fetched = (await due).filter(one => one !== null)
        // all of it bad, and skipped
        if (fetched.length === 0) continue
        yield toBatch(fetched, chance)
      }
    } finally {
      limit.clearQueue()
    }
  }

  function toBatch(fetched: Fetched[], chance: Generator): Batch {
    const target = targetOf(
      fetched.map(({ index }) => store.all[index]!),
      multiHot,
    )
    return { inputs: [imagesOf(fetched, chance)], target: target(), items: fetched.length }
  }

  function imagesOf(fetched: readonly Fetched[], chance: Generator): Tensor {
    const made = (of: readonly Fetched[]) =>
      transforms.batch(
        of.map(({ picture }) => picture),
        of.map(({ index }) => chance.fork(index)),
      )
    try {
      return made(fetched)
    } catch (error) {
      for (const one of fetched) named(store.name(one.index), () => made([one]).dispose())
      throw error
    }
  }

  return {
    length: orders.length,
    [Symbol.asyncIterator]() {
      const chance = generator.fork('items').fork(orders.state().epoch)
      return run(orders[Symbol.asyncIterator](), chance)
    },
    state: () => ({ ...orders.state(), random: generator.state() }),
    restore(state: LoaderState) {
      const random = state.random && restored(generator, state.random)
      orders.restore({ epoch: state.epoch, ...(shuffle && random && { random }) })
    },
    // a batch of nothing but bad pictures is not one that training has had
    ...(!store.skipsBad && { skip: batches => orders.skip!(batches) }),
  } satisfies DataLoader
}

/** Where the shuffles of this generator stand, once it is what was stored. */
function restored(generator: Generator, random: NonNullable<LoaderState['random']>) {
  generator.restore(random)
  return generator.fork('shuffle').state()
}

/** Transforms do not know whose picture they refuse: what they complain of is done again by name. */
function named(name: string, again: () => void): void {
  try {
    again()
  } catch (error) {
    if (!DlError.is(error)) throw error
    throw new DlError(error.code, {
      problem: `${name}: ${error.message.replace(/\.$/, '')}`,
      cause: error,
    })
  }
}

/** The array now, the tensor when it is asked for, so that nothing is left behind if others fail. */
function targetOf(items: readonly ImageItem[], multiHot: number | null): () => Tensor {
  if (multiHot === null) {
    const labels = Int32Array.from(items, ({ label }) => (label as number | undefined) ?? 0)
    return () => tensor(labels, [items.length], 'int32')
  }
  const hot = new Float32Array(items.length * multiHot)
  for (const [i, { label }] of items.entries()) {
    for (const one of [label ?? []].flat()) hot[i * multiHot + one] = 1
  }
  return () => tensor(hot, [items.length, multiHot], 'float32')
}
