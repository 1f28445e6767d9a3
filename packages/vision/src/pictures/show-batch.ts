/** What a net is given, made visible again. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import { dispose, slice, type Tensor } from '@tensorflow/tfjs-core'
import type { ImageItem } from '../data/image-set'
import { type ShowOptions, showImages } from './show-images'

/** What is asked of data; `ImageClassifierData` is such. */
export interface ShownData {
  readonly train: DataLoader
  /** Loaders of pictures that may have no labels; their captions are left out then. */
  readonly test?: DataLoader
  readonly testAug?: DataLoader
  readonly items?: { readonly test?: readonly ImageItem[] }
  readonly classes: readonly string[]
  denorm(images: Tensor): Tensor
}

export interface ShowBatchOptions extends Omit<ShowOptions, 'labels'> {
  /** Whose next batch is shown (default `data.train`; an epoch of it begins). */
  loader?: DataLoader
  /** How many pictures at most (default 16). */
  count?: number
}

/**
 * The first pictures of a loader's next epoch with the names of their classes, augmented as they
 * are for training: a PNG file, or with `as: 'html'` a piece of a page.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { datasets, ImageClassifierData, showBatch } from '@dl/vision'
 *
 * const data = new ImageClassifierData(datasets.shapes({ count: 20, seed: 1 }), { seed: 1 })
 * const html = await showBatch(data, { count: 4, as: 'html' })
 * html.match(/<figure>/g)!.length // → 4
 * ```
 */
export function showBatch(
  data: ShownData,
  options?: ShowBatchOptions & { as?: 'png' },
): Promise<Uint8Array>
export function showBatch(
  data: ShownData,
  options: ShowBatchOptions & { as: 'html' },
): Promise<string>
export async function showBatch(
  data: ShownData,
  asked: ShowBatchOptions & { as?: 'png' | 'html' } = {},
): Promise<Uint8Array | string> {
  checkOptions('showBatch', asked, ['loader', 'count', 'columns', 'scale', 'as'])
  const { loader = data?.train, count = 16, ...options } = asked
  const isLoader = typeof loader?.[Symbol.asyncIterator] === 'function'
  if (!isLoader || typeof data?.denorm !== 'function' || !Array.isArray(data.classes)) {
    throw new DlError('bad-option', {
      problem: isLoader ? `the data is ${showValue(data)}` : `the loader is ${showValue(loader)}`,
      expected: 'an ImageClassifierData, or { train, classes, denorm } as it has',
    })
  }
  if (!Number.isInteger(count) || count < 1) {
    throw new DlError('bad-option', {
      problem: `count is ${showValue(count)}`,
      expected: 'an integer of at least 1',
    })
  }
  const isTest = loader === data.test || loader === data.testAug
  const isBlind = isTest && data.items?.test?.every(({ label }) => label === undefined)
  for await (const batch of loader) {
    try {
      return await shown(data, batch, count, isBlind ? null : data.classes, options)
    } finally {
      disposeBatch(batch)
    }
  }
  return showImages([], options as { as: 'html' })
}

async function shown(
  data: ShownData,
  { inputs, target, items }: Batch,
  count: number,
  classes: readonly string[] | null,
  options: ShowOptions & { as?: 'png' | 'html' },
): Promise<Uint8Array | string> {
  const [batch] = inputs as [Tensor]
  const some = slice(batch, 0, Math.min(count, items))
  const images = data.denorm(some)
  try {
    const labels = classes && labelsOf(await target.data(), target.shape, classes)
    const chosen = { ...options, ...(labels && { labels: labels.slice(0, count) }) }
    return await showImages(images, chosen as ShowOptions & { as: 'html' })
  } finally {
    dispose([some, images])
  }
}

function labelsOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  classes: readonly string[],
): string[] {
  if (shape.length < 2) return Array.from(values, label => classes[label]!)
  return Array.from({ length: shape[0]! }, (_, i) =>
    classes.filter((_, c) => values[i * classes.length + c] === 1).join(', '),
  )
}
