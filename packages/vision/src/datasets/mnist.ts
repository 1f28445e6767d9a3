/** MNIST (LeCun, Cortes, Burges, 1998): handwritten digits. */
import { checkOptions, DlError } from '@dl/core'
import { downloadBytes, type FileSource, type RemoteFile } from '@dl/data'
import { itemsOf } from '../data/from-arrays'
import type { ImageItem } from '../data/image-set'
import { readIdx } from './idx'
import { firstOfEach, type ImageDataset } from './image-dataset'

export interface MnistOptions {
  /** Of the 10,000 test digits alone: 800 of each to train on, the others to judge by. */
  tiny?: boolean
}

const CLASSES = Array.from('0123456789')

// the sums are those that public listings give; of the four, the test labels were compared
const file = (name: string, sha256: string): RemoteFile => ({
  url: `https://ossci-datasets.s3.amazonaws.com/mnist/${name}`,
  sha256,
  name: `mnist/${name}`,
})
const TRAIN = {
  images: file(
    'train-images-idx3-ubyte.gz',
    '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
  ),
  labels: file(
    'train-labels-idx1-ubyte.gz',
    '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
  ),
}
const TEST = {
  images: file(
    't10k-images-idx3-ubyte.gz',
    '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
  ),
  labels: file(
    't10k-labels-idx1-ubyte.gz',
    'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
  ),
}

/** 60,000 grey pictures of 28 x 28 to train on and 10,000 to judge by. */
export async function mnist(options: MnistOptions = {}): Promise<ImageDataset> {
  const { tiny = false } = checkOptions('mnist', options, ['tiny'])
  const test = await load(TEST)
  const about = {
    source: test.source,
    origin: 'MNIST, Yann LeCun and Corinna Cortes, CC BY-SA 3.0',
  }
  if (!tiny) {
    const { items } = await load(TRAIN)
    return { name: 'mnist', ...about, classes: CLASSES, train: items, validation: test.items }
  }
  const train = firstOfEach(test.items, 800)
  const learnt = new Set(train)
  const validation = test.items.filter(item => !learnt.has(item))
  return { name: 'mnist tiny', ...about, classes: CLASSES, train, validation }
}

interface Digits {
  items: readonly ImageItem[]
  source: FileSource
}

async function load({ images, labels }: typeof TEST): Promise<Digits> {
  const found = await Promise.all([images, labels].map(downloadBytes))
  const [pixels, digits] = await Promise.all(found.map(({ bytes, path }) => readIdx(bytes, path)))
  if (pixels!.shape.length !== 3 || digits!.shape.length !== 1) {
    throw new DlError('bad-dataset', {
      problem: `${images.name} has ${pixels!.shape.length} sizes and ${labels.name} ${digits!.shape.length}`,
      expected: '3 and 1',
    })
  }
  return { items: itemsOf(pixels!, [...digits!.data], images.name), source: found[0]!.source }
}
