/** What pictures are normalised with, counted: the lesson's exercise. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import { decoder } from '../decode/index'
import type { PixelImage } from '../pixel-image'
import type { ChannelStats } from '../transforms/image-transforms'
import { type ImageItem, isImage, isPixels } from './image-set'
import { ImageStore, type OnBadImage } from './image-store'
import { Moments } from './moments'

export interface ComputeStatsOptions {
  /** What becomes of a picture that cannot be read (default 'throw'); a loader has its own. */
  onBadImage?: OnBadImage
}

/**
 * Mean and standard deviation of each channel over all pixels: of pictures or items of a data set
 * as numbers from 0 to 1, of a loader's batches as they come.
 *
 * @throws DlError `bad-image`, `empty-dataset`, `bad-images` where some have colours and some have none
 *
 * @example
 * ```ts
 * import { computeStats } from '@dl/vision'
 *
 * const half = { width: 2, height: 1, channels: 1, data: Uint8Array.of(0, 255) }
 * const { mean, std } = await computeStats([half])
 * ;[...mean, ...std] // → 0.5,0.5
 * ```
 */
export async function computeStats(
  source: readonly (PixelImage | ImageItem)[] | DataLoader,
  options: ComputeStatsOptions = {},
): Promise<ChannelStats> {
  const { onBadImage = 'throw' } = checkOptions('computeStats', options, ['onBadImage'])
  requireSource(source)
  const ofLoader = Symbol.asyncIterator in source
  const pieces = ofLoader ? batchValues(source) : pixelsOf(source, onBadImage)
  let moments: Moments | undefined
  for await (const { values, channels } of pieces) {
    moments ??= new Moments(channels)
    if (channels !== moments.channels) {
      throw new DlError('bad-images', {
        problem: `a picture has ${channels} channels, those before it have ${moments.channels}`,
        expected: 'as many in all',
      })
    }
    moments.add(values)
  }
  if (moments !== undefined) return moments.stats(ofLoader ? 1 : 255)
  throw new DlError('empty-dataset', { problem: 'there are no pictures', expected: 'at least 1' })
}

function requireSource(source: unknown): void {
  const isLoader = typeof source === 'object' && source !== null && Symbol.asyncIterator in source
  const isList = Array.isArray(source) && source.every(one => isPixels(one) || isImage(one?.image))
  if (isLoader || isList) return
  throw new DlError('bad-images', {
    problem: `the pictures are ${showValue(source)}`,
    expected: 'a list of pictures or of items { image }, or a loader: data.train',
  })
}

interface Piece {
  values: Uint8Array | Float32Array | Int32Array
  channels: number
}

/** In order, with as many underway as are best: large ones would fill the memory. */
async function* pixelsOf(
  pictures: readonly (PixelImage | ImageItem)[],
  onBadImage: OnBadImage,
): AsyncGenerator<Piece> {
  const items = pictures.map(one => ('image' in one ? one : { image: one }))
  const store = new ImageStore('train', items, { onBadImage, room: { bytes: 0 } })
  const underway: Promise<PixelImage | null>[] = []
  let next = 0
  for (let i = 0; i < items.length; i++) {
    while (underway.length < decoder.workers && next < items.length) {
      const picture = store.get(next++, null)
      // told when it is its turn, which may never be
      picture.catch(() => {})
      underway.push(picture)
    }
    const image = await underway.shift()
    if (image) yield { values: image.data, channels: image.channels }
  }
}

async function* batchValues(loader: DataLoader<Batch>): AsyncGenerator<Piece> {
  for await (const batch of loader) {
    try {
      const [images] = batch.inputs as [Batch['target']]
      yield {
        values: (await images.data()) as Float32Array | Int32Array,
        channels: images.shape.at(-1) ?? 1,
      }
    } finally {
      disposeBatch(batch)
    }
  }
}
