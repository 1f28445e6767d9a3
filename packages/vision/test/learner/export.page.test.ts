/** A page trains, keeps what it has learnt, and predicts with it. */
import { AdaptiveAvgPool2d, architecture, Conv2d, Flatten, Sequential } from '@dl/layers'
import { encodePng, ImagePredictor, imagenetStats, loadLearner, tfmsFromStats } from '@dl/vision'
import { expect, it } from 'vitest'
import { picture } from '../kit'

const small = architecture(
  'small',
  () => new Sequential(new Conv2d(3, 2, 3), new AdaptiveAvgPool2d(), new Flatten()),
)

it('loads an exported learner from a URL, and predicts a file that was dropped', async () => {
  const transforms = tfmsFromStats(imagenetStats, 16).validation
  using own = new ImagePredictor({ model: small(), classes: ['cat', 'dog'], transforms })
  const bytes = (await own.export()) as Uint8Array<ArrayBuffer>
  await expect(own.export('pets.safetensors')).rejects.toThrow('a page has no file system')
  const file = new File([encodePng(picture(1, 30, 20)) as Uint8Array<ArrayBuffer>], 'cat.png')
  const right = await own.predictOne(file, { map: true })
  const url = URL.createObjectURL(new Blob([bytes]))
  using pets = await loadLearner(url, { architectures: { small } })
  expect(await pets.predictOne(file, { map: true })).toEqual(right)
  const canvas = new OffscreenCanvas(30, 20)
  const context = canvas.getContext('2d')!
  context.drawImage(await createImageBitmap(file), 0, 0)
  const drawn = await pets.predictOne(context.getImageData(0, 0, 30, 20))
  expect(drawn.label).toBe(right.label)
  URL.revokeObjectURL(url)
})
