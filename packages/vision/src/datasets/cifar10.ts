/** CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009). */
import { checkOptions, DlError, showValue } from '@dl/core'
import { downloadBytes, files, type RemoteFile } from '@dl/data'
import { type Member, readArchive } from '../data/archive'
import { imagesOfMembers } from '../data/from-archive'
import { imagesFromPaths } from '../data/from-paths'
import type { ImageSet } from '../data/image-set'
import { requireNames } from '../data/names'
import { imagesOfBinary, isBinaryMember } from './cifar10-binary'
import { firstOfEach, type ImageDataset } from './image-dataset'

export interface Cifar10Options {
  /**
   * `images` are 60,000 JPEG files in `$DL_DATA/cifar10/cifar10-jpg.tar.gz`, `binary` the original
   * pixels, which are downloaded (default: images where they are, else binary).
   */
  form?: 'images' | 'binary'
  /** Ten pictures of each class to train on and four to judge by (default false). */
  tiny?: boolean
  /**
   * Your own copy instead: a folder, or an archive (`.tar`, `.tar.gz`, `.tgz`), of `train/<class>`
   * and `test/<class>` or of `data_batch_1.bin` and so on; or the lesson's archive, which has
   * `train/0_frog.png`.
   */
  from?: string
}

const IMAGES = 'cifar10/cifar10-jpg.tar.gz'
const BINARY: RemoteFile = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  // as public listings give it; not fetched when this was written
  sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
  name: 'cifar10/cifar-10-binary.tar.gz',
}
const PARTS = { train: 'train', validation: 'test' }

type Found = Pick<ImageDataset, 'source' | 'origin'> & { set: ImageSet }

/** 50,000 pictures of 32 x 32 to train on and 10,000 to judge by, of ten classes. */
export async function cifar10(options: Cifar10Options = {}): Promise<ImageDataset> {
  const { tiny = false, from } = checkOptions('cifar10', options, ['form', 'tiny', 'from'])
  requireNames({ from })
  if (![undefined, 'images', 'binary'].includes(options.form)) {
    throw new DlError('bad-option', {
      problem: `form is ${showValue(options.form)}`,
      expected: "'images' or 'binary'",
    })
  }
  const { set, source, origin } = await find(options)
  return {
    name: tiny ? 'cifar10 tiny' : 'cifar10',
    source,
    origin,
    classes: set.classes,
    train: tiny ? firstOfEach(set.train, 10) : set.train,
    validation: tiny ? firstOfEach(set.validation, 4) : set.validation,
  }
}

async function find({ form, tiny, from }: Cifar10Options): Promise<Found> {
  if (from !== undefined) return { set: await given(from), source: 'given', origin: from }
  const data = files.env('DL_DATA')
  const own = async (name: string) => {
    const path = data === undefined ? null : files.join(data, name)
    return path !== null && (await files.exists(path)) ? path : null
  }
  if (form !== 'binary') {
    const path = (tiny ? await own('cifar10/tiny') : null) ?? (await own(IMAGES))
    if (path !== null) {
      const origin = 'CIFAR-10, Alex Krizhevsky, 2009, as JPEG files of quality 75'
      return { set: await given(path), source: 'DL_DATA', origin }
    }
  }
  if (form === 'images') {
    throw new DlError('not-found', {
      problem: data === undefined ? 'DL_DATA is not set' : `${data} has no ${IMAGES}`,
      expected: `the environment variable DL_DATA to name a folder with ${IMAGES}`,
      fix: "Set it, or take the original pixels: form: 'binary'.",
    })
  }
  const { bytes, path, source } = await downloadBytes(BINARY)
  const set = imagesOfBinary(await readArchive(bytes, path), path)
  return { set, source, origin: 'CIFAR-10, Alex Krizhevsky, 2009' }
}

/** A folder or an archive, of pictures or of records. */
async function given(path: string): Promise<ImageSet> {
  const packed = /\.(tar|tgz|tar\.gz)$/i.test(path)
  if (!packed && (await files.folders(path)).includes(PARTS.train)) {
    return imagesFromPaths(path, PARTS)
  }
  const members = packed
    ? await readArchive(await files.readBytes(path), path)
    : await recordsIn(path)
  return packed && !members.some(isBinaryMember)
    ? imagesOfMembers(members.map(inFolders), path, PARTS)
    : imagesOfBinary(members, path)
}

/** The lesson's archive has the class in the picture's name. */
const inFolders = ({ name, bytes }: Member): Member => ({
  name: name.replace(/(^|\/)(train|test)\/(\d+)_([a-z]+)(\.\w+)$/, '$1$2/$4/$3$5'),
  bytes,
})

async function recordsIn(folder: string): Promise<Member[]> {
  const names = (await files.list(folder)).filter(name => isBinaryMember({ name }))
  return Promise.all(names.map(async name => ({ name, bytes: await files.readBytes(name) })))
}
