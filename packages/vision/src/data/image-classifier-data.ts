/**
 * Pictures for a classifier, as fast.ai's `ImageClassifierData`: one list of classes, six loaders,
 * and the way back from a batch to pictures.
 */
import { checkOptions, DlError, defaultGenerator, Generator, showShape } from '@dl/core'
import type { StatefulLoader } from '@dl/data'
import { add, clipByValue, mul, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { decoder } from '../decode/index'
import type { ChannelStats, TransformPair } from '../transforms/image-transforms'
import { asTheyAre } from './as-they-are'
import { dataOptions, type ImageDataOptions, requireDataOptions } from './data-options'
import { imagesOfArchive } from './from-archive'
import { arraysOptions, type ImageArrays, imagesOfArrays } from './from-arrays'
import { type CsvOptions, csvOptions, imagesOfTable } from './from-csv'
import { type FoldersOptions, foldersOptions, imagesOfFolders } from './from-paths'
import { imageLoader } from './image-loader'
import {
  type ImageItem,
  type ImageSet,
  isMultiLabel,
  type Part,
  requireImageSet,
} from './image-set'
import { ImageStore } from './image-store'

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
    requireDataOptions(checkOptions('ImageClassifierData', options, dataOptions))
    const { bs = 64, tfms = asTheyAre, seed, workers = decoder.workers } = options
    const { cacheBytes = decoder.cacheBytes, maxPixels, onBadImage = 'throw' } = options
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
   * Both parts must have the same classes unless `classes` lists them; with `validFraction`,
   * `path/cats/1.jpg` will do.
   */
  static async fromPaths(
    path: string,
    options: ImageDataOptions & FoldersOptions = {},
  ): Promise<ImageClassifierData> {
    const known = [...dataOptions, ...foldersOptions] as const
    checkOptions('ImageClassifierData.fromPaths', options, known)
    return new ImageClassifierData(await imagesOfFolders(path, options), forLoaders(options))
  }

  /**
   * Pictures in a tar archive, packed by gzip or not, or a zip archive, laid out as for {@link fromPaths}.
   *
   * @param archive its path (in a page its URL), or its bytes
   */
  static async fromArchive(
    archive: string | Uint8Array,
    options: ImageDataOptions & FoldersOptions = {},
  ): Promise<ImageClassifierData> {
    const known = [...dataOptions, ...foldersOptions] as const
    checkOptions('ImageClassifierData.fromArchive', options, known)
    return new ImageClassifierData(await imagesOfArchive(archive, options), forLoaders(options))
  }

  /**
   * Pictures of one folder, labelled by a table: a name and its labels, one unless `catSeparator` or
   * `multi` say otherwise.
   *
   * @param path the folder that `folder` and `csv` lie in
   */
  static async fromCsv(
    path: string,
    folder: string,
    csv: string,
    options: ImageDataOptions & CsvOptions = {},
  ): Promise<ImageClassifierData> {
    checkOptions('ImageClassifierData.fromCsv', options, [...dataOptions, ...csvOptions] as const)
    const set = await imagesOfTable(path, folder, csv, options)
    return new ImageClassifierData(set, forLoaders(options))
  }

  /** Pictures that lie in memory: bytes, or numbers from 0 to 1. */
  static fromArrays(options: ImageDataOptions & ImageArrays): ImageClassifierData {
    const known = [...dataOptions, ...arraysOptions] as const
    checkOptions('ImageClassifierData.fromArrays', options, known)
    return new ImageClassifierData(imagesOfArrays(options), forLoaders(options))
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

/** Without those of the set, which it knows nothing of. */
const forLoaders = (options: ImageDataOptions): ImageDataOptions =>
  Object.fromEntries(dataOptions.map(name => [name, options[name]]))

function parts<T, U>(from: Parts<T>, make: (of: T, part: Part) => U): Parts<U> {
  const { train, validation, test } = from
  return {
    train: make(train, 'train'),
    validation: make(validation, 'validation'),
    ...(test !== undefined && { test: make(test, 'test') }),
  }
}
