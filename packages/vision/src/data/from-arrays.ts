/** Pictures that lie in memory side by side, [items, height, width, channels]. */
import { checkOptions, DlError, showShape, showValue } from '@dl/core'
import type { Values } from '@dl/data'
import type { PixelImage } from '../pixel-image'
import type { ImageItem, ImageSet } from './image-set'

/** Numbers of classes, one for each picture, or [items, classes] of zeros and ones. */
export type Labels = readonly number[] | Int32Array | Uint8Array | Values

/**
 * [items, height, width, channels], or without the last where there is one: bytes, or numbers from
 * 0 to 1, which become bytes.
 */
export type Pixels = Values

export interface ImageArrays {
  train: readonly [images: Pixels, labels: Labels]
  validation: readonly [images: Pixels, labels: Labels]
  test?: Pixels
  /** Names of the classes (default: their numbers). */
  classes?: readonly string[]
}

/** Names of all of them. */
export const arraysOptions = [
  'train',
  'validation',
  'test',
  'classes',
] as const satisfies readonly (keyof ImageArrays)[]

/** @throws DlError `bad-dataset` for shapes that do not fit and numbers that are no pixels */
export function imagesFromArrays(arrays: ImageArrays): ImageSet {
  checkOptions('imagesFromArrays', arrays, arraysOptions)
  return imagesOfArrays(arrays)
}

export function imagesOfArrays({ train, validation, test, classes }: ImageArrays): ImageSet {
  requirePair(train, 'train')
  requirePair(validation, 'validation')
  const labels = {
    train: labelsOf(train[1], 'train'),
    validation: labelsOf(validation[1], 'validation'),
  }
  const count = Math.max(...[labels.train, labels.validation].map(part => part.classes))
  return {
    classes: classes ?? Array.from({ length: count }, (_, i) => String(i)),
    train: itemsOf(train[0], labels.train.list, 'train'),
    validation: itemsOf(validation[0], labels.validation.list, 'validation'),
    ...(test && { test: itemsOf(test, null, 'test') }),
  }
}

function requirePair(pair: unknown, part: string): asserts pair is [Pixels, Labels] {
  if (Array.isArray(pair) && pair.length === 2) return
  throw new DlError('bad-dataset', {
    problem: `${part} is ${showValue(pair)}`,
    expected: '[images, labels], of which the images are { data, shape }',
  })
}

interface LabelList {
  list: (number | number[])[]
  /** At least so many there are. */
  classes: number
}

function labelsOf(labels: Labels, part: string): LabelList {
  requireLabels(labels, part)
  if (!('shape' in labels) || labels.shape.length === 1) {
    const list = Array.from('shape' in labels ? labels.data : labels)
    return { list, classes: list.reduce((most, label) => Math.max(most, label + 1), 0) }
  }
  const { data, shape } = labels
  const [items, classes] = shape as [number, number]
  const odd = data.find(value => value !== 0 && value !== 1)
  if (shape.length !== 2 || data.length !== items * classes || odd !== undefined) {
    throw new DlError('bad-dataset', {
      problem: `the labels of ${part} are ${data.length} numbers of shape ${showShape(shape)}${odd === undefined ? '' : `, ${odd} among them`}`,
      expected: '[items] numbers of classes or [items, classes] zeros and ones',
    })
  }
  const list = Array.from({ length: items }, (_, i) => {
    const row = data.subarray(i * classes, (i + 1) * classes)
    return Array.from(row.keys()).filter(label => row[label] === 1)
  })
  return { list, classes }
}

function requireLabels(labels: unknown, part: string): asserts labels is Labels {
  const isList =
    Array.isArray(labels) || labels instanceof Int32Array || labels instanceof Uint8Array
  if (isList || isValues(labels)) return
  throw new DlError('bad-dataset', {
    problem: `the labels of ${part} are ${showValue(labels)}`,
    expected: 'a list of numbers of classes, or { data, shape } of zeros and ones',
  })
}

const TYPED = [Float32Array, Float64Array, Int32Array, Uint8Array] as const

function isValues(value: unknown): value is Values {
  const { data, shape } = (value ?? {}) as Partial<Values>
  return TYPED.some(Type => data instanceof Type) && Array.isArray(shape)
}

/** @param labels of each picture, or null where there are none */
export function itemsOf(
  pixels: Pixels,
  labels: readonly (number | readonly number[])[] | null,
  part: string,
): ImageItem[] {
  if (!isValues(pixels)) {
    throw new DlError('bad-dataset', {
      problem: `the pictures of ${part} are ${showValue(pixels)}`,
      expected: '{ data, shape }: a typed array and [items, height, width, 1 or 3]',
    })
  }
  const { data, shape } = pixels
  const [items = 0, height = 0, width = 0, channels = 1] = shape
  const size = height * width * channels
  const fits = [3, 4].includes(shape.length) && [1, 3].includes(channels)
  if (!fits || data.length !== items * size) {
    throw new DlError('bad-dataset', {
      problem: `the pictures of ${part} are ${data.length} numbers of shape ${showShape(shape)}`,
      expected: '[items, height, width, 1 or 3]',
    })
  }
  if (labels !== null && labels.length !== items) {
    throw new DlError('bad-dataset', {
      problem: `${part} has ${items} pictures and ${labels.length} labels`,
      expected: 'a label for each picture',
    })
  }
  const bytes = data instanceof Uint8Array ? data : toBytes(data, part)
  return Array.from({ length: items }, (_, i): ImageItem => {
    const image: PixelImage = {
      width,
      height,
      channels,
      data: bytes.subarray(i * size, (i + 1) * size),
    }
    return { image, ...(labels && { label: labels[i]! }) }
  })
}

function toBytes(data: Exclude<Values['data'], Uint8Array>, part: string): Uint8Array {
  const bytes = new Uint8Array(data.length)
  for (const [i, value] of data.entries()) {
    if (!(value >= 0 && value <= 1)) {
      throw new DlError('bad-dataset', {
        problem: `the pictures of ${part} have the value ${value}`,
        expected: 'numbers from 0 to 1, or bytes from 0 to 255',
        fix: 'Give bytes as a Uint8Array; divide other numbers by their largest.',
      })
    }
    bytes[i] = Math.round(value * 255)
  }
  return bytes
}
