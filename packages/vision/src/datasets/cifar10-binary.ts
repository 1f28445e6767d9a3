/** CIFAR-10's own files: records of a label and 3,072 bytes, one colour after the other. */
import { DlError } from '@dl/core'
import type { Member } from '../data/archive'
import type { ImageItem, ImageSet } from '../data/image-set'
import type { PixelImage } from '../pixel-image'

export const CLASSES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
]

const SIDE = 32
const PLANE = SIDE * SIDE
const RECORD = 1 + 3 * PLANE
const TRAIN = /(^|\/)data_batch_\d+\.bin$/
const TEST = /(^|\/)test_batch\.bin$/

export const isBinaryMember = ({ name }: Pick<Member, 'name'>): boolean =>
  TRAIN.test(name) || TEST.test(name)

/** @throws DlError `bad-dataset` for files that are no whole records, or miss */
export function imagesOfBinary(members: readonly Member[], place: string): ImageSet {
  const itemsOf = (pattern: RegExp) =>
    members
      .filter(({ name }) => pattern.test(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap(recordsOf)
  const set = { classes: CLASSES, train: itemsOf(TRAIN), validation: itemsOf(TEST) }
  if (set.train.length > 0 && set.validation.length > 0) return set
  throw new DlError('bad-dataset', {
    problem: `${place} has ${set.train.length} pictures to train on and ${set.validation.length} to test`,
    expected: 'data_batch_1.bin to data_batch_5.bin and test_batch.bin',
  })
}

function recordsOf({ name, bytes }: Member): ImageItem[] {
  const records = bytes.length / RECORD
  if (!Number.isInteger(records) || records === 0) {
    throw new DlError('bad-dataset', {
      problem: `${name} has ${bytes.length} bytes`,
      expected: `a multiple of ${RECORD}: a label and ${SIDE} x ${SIDE} x 3 bytes for each picture`,
    })
  }
  return Array.from({ length: records }, (_, i): ImageItem => {
    const label = bytes[i * RECORD]!
    if (label >= CLASSES.length) {
      throw new DlError('bad-dataset', {
        problem: `record ${i} of ${name} has the label ${label}`,
        expected: `0 to ${CLASSES.length - 1}`,
      })
    }
    const planes = bytes.subarray(i * RECORD + 1, (i + 1) * RECORD)
    return { image: () => interleaved(planes), label, name: `${name}[${i}]` }
  })
}

function interleaved(planes: Uint8Array): PixelImage {
  const data = new Uint8Array(planes.length)
  for (let pixel = 0; pixel < PLANE; pixel++) {
    for (let c = 0; c < 3; c++) data[pixel * 3 + c] = planes[c * PLANE + pixel]!
  }
  return { width: SIDE, height: SIDE, channels: 3, data }
}
