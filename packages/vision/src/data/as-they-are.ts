/** What loaders do without transforms: pictures of one size, from 0 to 1. */
import { DlError } from '@dl/core'
import { tensor4d } from '@tensorflow/tfjs-core'
import type { PixelImage } from '../pixel-image'
import type { ImageTransforms, TransformPair } from '../transforms/image-transforms'

const plain: ImageTransforms = {
  // whichever the pictures have
  size: 0,
  stats: { mean: [0], std: [1] },
  decodeSide: null,
  recipe: 'as-they-are',
  region: () => ({ x: 0, y: 0, width: 1, height: 1 }),
  batch(images) {
    const [first] = images as [PixelImage]
    const size = first.data.length
    const values = new Float32Array(images.length * size)
    for (const [i, image] of images.entries()) {
      requireAlike(first, image)
      for (let k = 0; k < size; k++) values[i * size + k] = image.data[k]! / 255
    }
    return tensor4d(values, [images.length, first.height, first.width, first.channels])
  },
}

export const asTheyAre: TransformPair = { train: plain, validation: plain }

function requireAlike(a: PixelImage, b: PixelImage): void {
  const show = ({ width, height, channels }: PixelImage) => `${width} x ${height} x ${channels}`
  if (show(a) === show(b)) return
  throw new DlError('bad-images', {
    problem: `a picture of ${show(a)} and one of ${show(b)} do not fit into one batch`,
    expected: 'pictures of one size',
    fix: 'Give transforms that bring them to one: tfms: tfmsFromStats(stats, 64).',
  })
}
