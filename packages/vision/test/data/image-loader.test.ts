import {
  ImageClassifierData,
  type ImageDataOptions,
  imageTransforms,
  type PixelImage,
  randomCrop,
} from '@dl/vision'
import { expect, it } from 'vitest'
import { messageOf, picture, probes, seen } from '../kit'
import { asIs } from '../transforms/pictures'

const dataOf = (train: PixelImage[], options: ImageDataOptions = {}, name?: string) => {
  const items = train.map(image => ({ image, label: 0, ...(name && { name }) }))
  return new ImageClassifierData({ classes: ['it'], train: items, validation: items }, options)
}

it('leaves out a last picture by itself in training, and nowhere else', async () => {
  const pictures = Array.from({ length: 10 }, (_, i) => picture(i, 4))
  const data = dataOf(pictures, { bs: 3, tfms: probes, seed: 1 })
  expect([data.train.length, data.fix.length, data.validation.length]).toEqual([3, 4, 4])
  const [first, second] = [await seen(data.train), await seen(data.train)]
  expect(first.sizes).toEqual([3, 3, 3])
  const shown = [first, second].flatMap(({ pictures }) => pictures.map(([value]) => value))
  // another one each time
  expect(new Set(shown).size).toBe(10)
  expect((await seen(data.fix)).sizes).toEqual([3, 3, 3, 1])
  const alone = dataOf(pictures.slice(0, 1), { bs: 3, tfms: probes })
  expect((await seen(alone.train)).sizes).toEqual([1])
  const single = dataOf(pictures.slice(0, 3), { bs: 1, tfms: probes })
  expect((await seen(single.train)).sizes).toEqual([1, 1, 1])
})

it('names the picture that transforms refuse', async () => {
  const crops = imageTransforms({
    size: 4,
    stats: { mean: [0.5], std: [0.2] },
    scale: asIs,
    transforms: [randomCrop(4)],
  })
  const refusal = (image: PixelImage, name?: string) => {
    const fits = picture(1, 4, 6, 1)
    const data = dataOf([fits, image, fits], { tfms: { train: crops, validation: crops } }, name)
    return messageOf(seen(data.validation))
  }
  expect(await refusal(picture(1, 4, 3, 1))).toBe(
    'validation[1]: randomCrop got a picture of 4×3 to take 4×4 from; expected sides of at least 4. Scale or pad the pictures before they are cropped.',
  )
  expect(await refusal(picture(1, 4, 6, 3), 'cat.png')).toBe(
    'cat.png: a picture has 3 channels; expected 1, as the stats have. Decode it to as many channels, or give stats for those it has.',
  )
})
