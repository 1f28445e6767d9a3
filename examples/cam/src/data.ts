/** Pictures to learn from, and from pictures to what the net takes. */
import { loadPictures, spread } from '@dl/example-kit/pictures'
import { ImageClassifierData, type PixelImage, randomFlip, tfmsFromStats } from '@dl/vision'
import { div, sub, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'

export const SIZE = 32
/** Pictures to judge by, at most. */
const JUDGED = 400
/** About -2 to 2, whatever the pictures are. */
const STATS = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] }

export async function loadData(
  name: string,
  { count, bs, seed }: { count: number; bs: number; seed: number },
): Promise<ImageClassifierData> {
  const set = await loadPictures(name, seed)
  const train = spread(set.train, count)
  const validation = spread(set.validation, Math.min(JUDGED, count))
  const tfms = tfmsFromStats(STATS, SIZE, { augTfms: [randomFlip()], pad: SIZE / 8 })
  return new ImageClassifierData({ ...set, train, validation }, { tfms, bs, seed })
}

/** A picture of any size as a batch of one. */
export const prepare = ({ data, height, width }: PixelImage): Tensor =>
  tidy(() => {
    const pixels = tensor(data, [1, height, width, 3], 'float32')
    return div(sub(div(pixels, 255), STATS.mean), STATS.std)
  })
