/** Pictures with their labels, before any is read: what data sets give and loaders take. */
import { DlError, showValue } from '@dl/core'
import type { PixelImage } from '../pixel-image'

/** Pixels, the bytes of a picture file, or the path of one (in a page, its URL). */
export type ImageContent = PixelImage | Uint8Array | string

export interface ImageItem {
  /** Or a function that gives it when it is needed; the pixels are kept while there is room. */
  readonly image: ImageContent | (() => ImageContent | Promise<ImageContent>)
  /** The number of its class; several where a picture may have any number of them. */
  readonly label?: number | readonly number[]
  /** What lists and errors call it (default: its path). */
  readonly name?: string
}

/** One list of classes over all parts. */
export interface ImageSet<Item extends ImageItem = ImageItem> {
  readonly classes: readonly string[]
  readonly train: readonly Item[]
  readonly validation: readonly Item[]
  /** Labels may be missing here. */
  readonly test?: readonly Item[]
}

export type Part = 'train' | 'validation' | 'test'

/** @param place where it is, for items without a name: `train[3]` */
export const nameOf = ({ name, image }: ImageItem, place: string): string =>
  name ?? (typeof image === 'string' ? image : place)

/** Whether pictures have lists of labels. */
export const isMultiLabel = ({ train }: ImageSet): boolean => Array.isArray(train[0]?.label)

/**
 * @throws DlError `bad-dataset` for what is no such set, `empty-dataset` for a part without pictures, `bad-label` for a label that is
 *   none of the classes, missing, or a list where others are not
 */
export function requireImageSet(set: ImageSet): void {
  requireKinds(set)
  const multi = isMultiLabel(set)
  for (const part of ['train', 'validation', 'test'] as const) {
    const items = set[part]
    if (items === undefined) continue
    if (items.length === 0) {
      throw new DlError('empty-dataset', {
        problem: `${part} has no pictures`,
        expected: 'at least 1',
      })
    }
    for (const [i, item] of items.entries()) {
      const complaint = complaintOf(item, set.classes.length, multi, part === 'test')
      if (complaint === null) continue
      throw new DlError('bad-label', {
        problem: `${nameOf(item, `${part}[${i}]`)} has ${complaint}`,
        expected: `${multi ? 'a list of integers' : 'an integer'} from 0 to ${set.classes.length - 1}`,
      })
    }
  }
}

/** Plain JavaScript may give anything. */
function requireKinds(set: unknown): asserts set is ImageSet {
  const bad = (problem: string, expected: string, fix?: string) =>
    new DlError('bad-dataset', { problem, expected, fix })
  if (typeof set !== 'object' || set === null) {
    throw bad(
      `the pictures are ${showValue(set)}`,
      '{ classes, train, validation }, lists of items { image, label }',
      'Files are read by ImageClassifierData.fromPaths, fromCsv and fromArchive, pixels by fromArrays.',
    )
  }
  const { classes, train, validation, test = [] } = set as Record<keyof ImageSet, unknown>
  if (!Array.isArray(classes) || !classes.every(name => typeof name === 'string')) {
    throw bad(`classes is ${showValue(classes)}`, 'a list of names')
  }
  for (const [part, items] of Object.entries({ train, validation, test })) {
    if (!Array.isArray(items)) {
      throw bad(`${part} is ${showValue(items)}`, 'a list of items { image, label }')
    }
    const odd = items.findIndex(item => !isImage((item as Partial<ImageItem> | null)?.image))
    if (odd < 0) continue
    const item: unknown = items[odd]
    throw bad(
      `${part}[${odd}] is ${showValue(item)}`,
      '{ image, label }, where the image is a path, the bytes of a file, a function that gives them, or pixels { width, height, channels, data: Uint8Array }',
    )
  }
}

/** Of any kind that an item may have. */
export const isImage = (image: unknown): boolean =>
  ['string', 'function'].includes(typeof image) || image instanceof Uint8Array || isPixels(image)

/** As many bytes as it should have. */
export function isPixels(image: unknown): image is PixelImage {
  const { width, height, channels, data } = (image ?? {}) as Partial<PixelImage>
  return data instanceof Uint8Array && data.length === width! * height! * channels!
}

function complaintOf(
  { label }: ImageItem,
  classes: number,
  multi: boolean,
  mayMiss: boolean,
): string | null {
  if (label === undefined) return mayMiss ? null : 'no label'
  const odd = [label].flat().some(one => !(Number.isInteger(one) && one >= 0 && one < classes))
  if (!odd && Array.isArray(label) === multi) return null
  return `the label ${JSON.stringify(label)}`
}
