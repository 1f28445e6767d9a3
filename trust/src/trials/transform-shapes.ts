import { Generator } from '@dl/core'
import {
  centerCrop,
  cutout,
  type ImageTransform,
  imageTransforms,
  type PixelImage,
  randomCrop,
  randomDihedral,
  randomFlip,
  randomLighting,
  randomResizedCrop,
  randomRotate,
  randomZoom,
  scaleTo,
  squashTo,
} from '@dl/vision'
import { pick } from '../mutate'
import { holds, refusalOf } from '../property'
import type { Trial } from '../trial'

function pictureAtRandom(random: Generator): PixelImage {
  const side = () => pick(random, [1, 2, 3, 1 + random.int(12), 1 + random.int(70)])
  const [width, height] = [side(), side()]
  const data = Uint8Array.from({ length: width * height * 3 }, () => random.int(256))
  return { width, height, channels: 3, data } as PixelImage
}

const some = (random: Generator, all: readonly ImageTransform[]): ImageTransform[] =>
  all.filter(() => random.int(3) === 0)

export const transformShapes: Trial = {
  name: 'transform-shapes',
  claim:
    'pictures of any shape become finite squares, the same by host and backend, or are refused',
  short: 60,
  long: 4000,
  run: context =>
    holds(context, async random => {
      const size = pick(random, [1, 2, 7, 1 + random.int(40)])
      const images = Array.from({ length: 1 + random.int(3) }, () => pictureAtRandom(random))
      const like = random.int(2) === 0 ? images.map(() => images[0]!) : images
      const transforms = [
        ...some(random, [
          randomFlip(),
          randomDihedral(),
          randomRotate(10 + random.int(170)),
          randomZoom(1.5),
          randomLighting(0.2, 0.2),
          cutout({ length: 1 + random.int(9), n: 2, p: 1 }),
        ]),
        pick(random, [randomCrop(size), centerCrop(size)]),
      ]
      const scale = pick(random, [
        scaleTo(size),
        squashTo(size),
        scaleTo(size, { maxZoom: 1.3 }),
        randomResizedCrop(size),
      ])
      const options = {
        size,
        stats: { mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] },
        scale,
        pad: random.int(3) === 0 ? random.int(6) : 0,
        padMode: pick(random, ['reflect', 'zeros', 'edge'] as const),
        transforms,
      }
      const seed = random.int(1e6)
      const shown = `${JSON.stringify({ ...options, stats: 0, seed, scale: scale.name, transforms: transforms.map(({ name }) => name) })} of ${like.map(({ width, height }) => `${width}×${height}`)}`
      const valuesBy = async (on: 'host' | 'device') => {
        const generators = like.map((_, i) => new Generator(seed).fork(i))
        const batch = imageTransforms({ ...options, on } as never).batch(like, generators)
        const values = await batch.data()
        const shape = String(batch.shape)
        batch.dispose()
        return { values, shape }
      }
      const code = await refusalOf(() => valuesBy('host'))
      if (code !== null) return code === 'bad-option' ? null : `${shown} is refused as ${code}`
      const host = await valuesBy('host')
      if (host.shape !== String([like.length, size, size, 3])) return `${shown} gives ${host.shape}`
      if (!host.values.every(Number.isFinite))
        return `${shown} gives ${host.values.find(n => !Number.isFinite(n))}`
      const again = await valuesBy('host')
      if (!host.values.every((n, i) => n === again.values[i])) return `${shown} gives other pixels`
      const device = await valuesBy('device')
      const far = host.values.findIndex((n, i) => Math.abs(n - device.values[i]!) > 0.05)
      return far < 0
        ? null
        : `${shown}: pixel ${far} is ${host.values[far]} by the host, ${device.values[far]} by the backend`
    }),
}
