/**
 * Pictures for a classifier, as fast.ai's `ImageClassifierData`: one list of classes, six loaders,
 * and the way back from a batch to pictures.
 */
import { DlError, defaultGenerator, Generator, showShape } from '@dl/core'
import type { StatefulLoader } from '@dl/data'
import { add, clipByValue, mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { decoder } from '../decode/index'
import type { ChannelStats, TransformPair } from '../transforms/image-transforms'
import { asTheyAre } from './as-they-are'
import { imagesFromArchive } from './from-archive'
import { type ImageArrays, imagesFromArrays } from './from-arrays'
import { type CsvOptions, imagesFromCsv } from './from-csv'
import { type FoldersOptions, imagesFromPaths } from './from-paths'
import { imageLoader } from './image-loader'
import {
  type ImageItem,
  type ImageSet,
  isMultiLabel,
  type Part,
  requireImageSet,
} from './image-set'
import { ImageStore, type OnBadImage } from './image-store'

export interface ImageDataOptions {
  /** Pictures of a batch (default 64). */
  bs?: number
  /** From pictures to a net's input; without them all must be of one size and become 0 to 1. */
  tfms?: TransformPair
  /** Of the order and of augmentation; without it they come from the default generator. */
  seed?: number
  /**
   * Pictures underway at once (default 8 for each core, in a page 8; pixels and order do not depend
   * on it).
   */
  workers?: number
  /** Decoded pictures are kept up to so many bytes (default 1 GiB, in a page 256 MiB). */
  cacheBytes?: number
  /** Larger pictures are bad (default 2²⁸ pixels). */
  maxPixels?: number
  /**
   * A picture that is empty, broken or too large ends the epoch (`throw`, the default) or is left
   * out of its batch, see {@link ImageClassifierData.skipped}.
   */
  onBadImage?: OnBadImage
}

/** A value for each part there is. */
export interface Parts<T> {
  readonly train: T
  readonly validation: T
  readonly test?: T
}

/**
 * @example
 * ```ts
 * import { datasets, ImageClassifierData } from '@dl/vision'
 *
 * const data = new ImageClassifierData(datasets.shapes({ count: 40 }), { bs: 16, seed: 1 })
 * ;[data.c, data.train.length] // → 4,3
 * for await (const { inputs: [images], target } of data.validation) {
 *   ;[images!.shape, target.shape] // → 8,32,32,3,8
 *   images!.dispose()
 *   target.dispose()
 * }
 * ```
 */
export class ImageClassifierData<Item extends ImageItem = ImageItem> {
  /** Pictures shuffled and augmented, but for a last batch of one: a batch norm could not learn from it. */
  readonly train: StatefulLoader
  /** As they are, in order. */
  readonly validation: StatefulLoader
  /** The training pictures as validation sees its own. */
  readonly fix: StatefulLoader
  /** The validation pictures in order, augmented: for test-time augmentation. */
  readonly aug: StatefulLoader
  /** Where there is a test set; targets are 0 where it has no labels. */
  readonly test?: StatefulLoader
  readonly testAug?: StatefulLoader
  readonly classes: readonly string[]
  /** Whether a picture has any number of labels: targets are then [items, c] zeros and ones. */
  readonly isMulti: boolean
  readonly stats: ChannelStats
  /** From pictures to a net's input, in training and outside of it. */
  readonly tfms: TransformPair
  readonly #stores: Parts<ImageStore<Item>>

  /**
   * @throws DlError `bad-option`, `empty-dataset`, `bad-label`; while a loader runs, `bad-image`
   */
  constructor(set: ImageSet<Item>, options: ImageDataOptions = {}) {
    requireImageSet(set)
    const { bs = 64, tfms = asTheyAre, seed, workers = decoder.workers } = options
    const { cacheBytes = decoder.cacheBytes, maxPixels, onBadImage = 'throw' } = options
    if (!(cacheBytes >= 0)) {
      throw new DlError('bad-option', {
        problem: `cacheBytes is ${cacheBytes}`,
        expected: 'a number of at least 0',
      })
    }
    this.classes = set.classes
    this.isMulti = isMultiLabel(set)
    this.tfms = tfms
    this.stats = tfms.validation.stats
    const room = { bytes: cacheBytes }
    this.#stores = parts(set, (items, part) => {
      return new ImageStore(part, items, { onBadImage, maxPixels, room })
    })
    const generator = seed === undefined ? defaultGenerator() : new Generator(seed)
    const multiHot = this.isMulti ? this.c : null
    const loader = (name: string, part: Part, which: keyof TransformPair) =>
      imageLoader(this.#stores[part]!, {
        transforms: tfms[which],
        bs,
        shuffle: name === 'train',
        generator: generator.fork(`images ${name}`),
        workers,
        multiHot,
      })
    this.train = loader('train', 'train', 'train')
    this.validation = loader('validation', 'validation', 'validation')
    this.fix = loader('fix', 'train', 'validation')
    this.aug = loader('aug', 'validation', 'train')
    if (set.test) {
      this.test = loader('test', 'test', 'validation')
      this.testAug = loader('testAug', 'test', 'train')
    }
  }

  /**
   * Pictures in folders named by their classes: `path/train/cats/1.jpg`, `path/valid/cats/7.jpg`.
   * Both parts must have the same classes.
   */
  static async fromPaths(
    path: string,
    options: ImageDataOptions & FoldersOptions = {},
  ): Promise<ImageClassifierData> {
    return new ImageClassifierData(await imagesFromPaths(path, options), options)
  }

  /**
   * Pictures in a tar archive, packed by gzip or not, laid out as for {@link fromPaths}.
   *
   * @param archive its path (in a page its URL), or its bytes
   */
  static async fromArchive(
    archive: string | Uint8Array,
    options: ImageDataOptions & FoldersOptions = {},
  ): Promise<ImageClassifierData> {
    return new ImageClassifierData(await imagesFromArchive(archive, options), options)
  }

  /**
   * Pictures of one folder, labelled by a table of two columns: a name and its labels. If any
   * picture has not exactly one, all have any number of labels.
   *
   * @param path the folder that `folder` and `csv` lie in
   */
  static async fromCsv(
    path: string,
    folder: string,
    csv: string,
    options: ImageDataOptions & CsvOptions = {},
  ): Promise<ImageClassifierData> {
    return new ImageClassifierData(await imagesFromCsv(path, folder, csv, options), options)
  }

  /** Pictures that lie in memory: bytes, or numbers from 0 to 1. */
  static fromArrays(options: ImageDataOptions & ImageArrays): ImageClassifierData {
    return new ImageClassifierData(imagesFromArrays(options), options)
  }

  /** How many classes there are. */
  get c(): number {
    return this.classes.length
  }

  /**
   * The items of each part, in the order of the loaders that do not shuffle. Those found to be bad
   * and skipped are missing here as in predictions.
   */
  get items(): Parts<readonly Item[]> {
    return parts(this.#stores, store => store.items)
  }

  /** Their names: paths, mostly. */
  get files(): Parts<readonly string[]> {
    return parts(this.#stores, store => store.names)
  }

  /** Pictures left out so far because they could not be read, and why. */
  get skipped(): { name: string; error: DlError }[] {
    const { train, validation, test } = this.#stores
    return [train, validation, ...(test ? [test] : [])].flatMap(store =>
      Array.from(store.bad, ([i, error]) => ({ name: store.name(i), error })),
    )
  }

  /**
   * From normalised values [..., channels] back to those of pictures, 0 to 1. Yours to dispose.
   *
   * @throws DlError `shape-mismatch`
   */
  denorm(images: Tensor): Tensor {
    const { mean, std } = this.stats
    // without transforms all channels have the same
    if (mean.length > 1 && images.shape.at(-1) !== mean.length) {
      throw new DlError('shape-mismatch', {
        problem: `the pictures are ${showShape(images.shape)}`,
        expected: `[..., ${mean.length}], as the stats have`,
      })
    }
    return tidy(() => clipByValue(add(mul(images, [...std]), [...mean]), 0, 1))
  }
}

function parts<T, U>(from: Parts<T>, make: (of: T, part: Part) => U): Parts<U> {
  const { train, validation, test } = from
  return {
    train: make(train, 'train'),
    validation: make(validation, 'validation'),
    ...(test !== undefined && { test: make(test, 'test') }),
  }
}
