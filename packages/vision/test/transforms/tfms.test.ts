import { Generator } from '@dl/core'
import {
  type Arch,
  cifar10Stats,
  cutout,
  imagenetStats,
  imageTransforms,
  inceptionStats,
  type PixelImage,
  type RandomResizedCropOptions,
  randomCrop,
  randomFlip,
  randomLighting,
  randomResizedCrop,
  randomRotate,
  randomZoom,
  scaleTo,
  squashTo,
  type TfmsOptions,
  tfmsFromModel,
  tfmsFromStats,
  transformsSideOn,
} from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { batchOf, bytes, generators, picture, places, plainStats, taken } from './pictures'

describe('tfmsFromStats', () => {
  it('leaves validation pictures of that size as they are, whatever the padding', async () => {
    const image = picture(1, 32, 32)
    const { validation } = tfmsFromStats(plainStats, 32, { pad: 4, augTfms: [randomFlip()] })
    expect(bytes(await batchOf(validation, [image]))).toEqual([...image.data])
  })

  it('normalises each channel', async () => {
    const image = picture(1, 4, 4)
    const values = await batchOf(tfmsFromStats(cifar10Stats, 4).validation, [image])
    const { mean, std } = cifar10Stats
    values.forEach((value, i) => {
      expect(value).toBeCloseTo((image.data[i]! / 255 - mean[i % 3]!) / std[i % 3]!, 5)
    })
  })

  it('pads for training: all 81 places of a picture, flipped and not', async () => {
    // each pixel has its place as its colour
    const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => {
      const at = Math.floor(i / 3)
      return [at % 32, Math.floor(at / 32), 0][i % 3]!
    })
    const image: PixelImage = { width: 32, height: 32, channels: 3, data }
    const { train } = tfmsFromStats(plainStats, 32, { pad: 4, augTfms: [randomFlip()] })
    const images = Array.from({ length: 1500 }, () => image)
    const values = await batchOf(train, images)
    const seen = new Set<string>()
    images.forEach((_, i) => {
      // two neighbours in the middle tell offset and direction
      const at = (i * 1024 + 16 * 32 + 15) * 3
      const [x, y, , next] = bytes(values.subarray(at, at + 6))
      seen.add(`${x},${y},${next! > x!}`)
    })
    expect(seen.size).toBe(162)
  })

  it('makes the same pixels from the same generators, whatever the batch', async () => {
    const { train } = tfmsFromStats(cifar10Stats, 24, {
      augTfms: transformsSideOn,
      pad: 3,
      maxZoom: 1.3,
    })
    const images = Array.from({ length: 6 }, (_, i) => picture(i, 30 + i, 28))
    const all = await batchOf(train, images)
    const each = 24 * 24 * 3
    expect(await batchOf(train, images.slice(2, 4), 2)).toEqual(all.slice(2 * each, 4 * each))
    const other = await taken(train.batch(images, generators([0, 1, 2, 3, 4, 5], 2)))
    expect(other).not.toEqual(all)
  })

  it('scales, then cuts: sides of any shape', async () => {
    for (const [height, width] of [
      [40, 90],
      [90, 40],
      [12, 13],
    ] as const) {
      const image = picture(3, height, width)
      for (const cropType of ['random', 'center', 'none', 'googlenet'] as const) {
        const { train, validation } = tfmsFromStats(plainStats, 16, { cropType })
        expect(await batchOf(train, [image])).toHaveLength(16 * 16 * 3)
        expect(await batchOf(validation, [image])).toHaveLength(16 * 16 * 3)
      }
    }
  })

  it('none squashes: left and right edges stay', async () => {
    const image = picture(1, 4, 8)
    image.data.fill(0)
    for (let y = 0; y < 4; y++) image.data.fill(255, y * 24, y * 24 + 6)
    const { validation } = tfmsFromStats(plainStats, 4, { cropType: 'none' })
    const row = bytes(await batchOf(validation, [image])).slice(0, 12)
    expect(row).toEqual([255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  })

  it('crops for training as told, and augments whatever the crop', async () => {
    // a pixel's colour is its place
    const data = Uint8Array.from({ length: 16 * 24 * 3 }, (_, i) => {
      const at = Math.floor(i / 3)
      return [at % 24, Math.floor(at / 24), 0][i % 3]!
    })
    const images = Array.from({ length: 40 }, () => ({ width: 24, height: 16, channels: 3, data }))
    const flip = { augTfms: [randomFlip({ p: 1 })] }
    /** Where the first pixel of each picture lies, and the second beside it. */
    const firsts = async (size: number, options: TfmsOptions) => {
      const values = bytes(await batchOf(tfmsFromStats(plainStats, size, options).train, images))
      return images.map((_, i) => {
        const [x, y, , next] = values.slice(i * size * size * 3)
        return [x!, y!, next!] as const
      })
    }
    const xs = (of: (readonly [number, number, number])[]) => new Set(of.map(([x]) => x))

    expect(xs(await firsts(16, { cropType: 'random' }))).toEqual(
      new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]),
    )
    expect(new Set((await firsts(16, { cropType: 'center' })).flat())).toEqual(new Set([4, 0, 5]))
    expect(xs(await firsts(16, { cropType: 'center', ...flip }))).toEqual(new Set([19]))
    // squashed to half its width, the first pixel is the mean of two
    expect(xs(await firsts(12, { cropType: 'none' }))).toEqual(new Set([1]))
    expect(xs(await firsts(12, { cropType: 'none', ...flip }))).toEqual(new Set([23]))
    const parts: RandomResizedCropOptions = { area: [1 / 6, 1 / 6], aspect: [1, 1] }
    const taken = await firsts(8, { cropType: 'googlenet', parts })
    expect(taken.every(([x, , next]) => next === x + 1)).toBe(true)
    expect(Math.max(...taken.map(([x]) => x))).toBeGreaterThan(8)
    expect(new Set(taken.map(([, y]) => y)).size).toBeGreaterThan(4)
    const flipped = await firsts(8, { cropType: 'googlenet', parts, ...flip })
    expect(flipped.every(([x, , next]) => next === x - 1)).toBe(true)
  })

  it('says how small a picture may be decoded', () => {
    const sides = (options: Parameters<typeof tfmsFromStats>[2]) => {
      const { train, validation } = tfmsFromStats(imagenetStats, 224, options)
      return [train.decodeSide, validation.decodeSide]
    }
    expect(sides({})).toEqual([224, 224])
    expect(sides({ maxZoom: 1.1 })).toEqual([247, 224])
    expect(sides({ cropType: 'googlenet' })).toEqual([null, 224])
    expect(sides({ cropType: 'none' })).toEqual([null, null])
  })

  it.each(places)('takes grey pictures, too (%s)', async on => {
    const { train } = tfmsFromStats({ mean: [0], std: [1] }, 8, { pad: 1, on })
    expect(await batchOf(train, [picture(1, 8, 8, 1), picture(2, 8, 8, 1)])).toHaveLength(128)
  })
})

describe('tfmsFromModel', () => {
  const net = (() => null) as Arch & { stats?: unknown }

  it.each<[string, string | Arch, readonly number[]]>([
    ['a name', 'resnet34', imagenetStats.mean],
    ['an inception', 'inception_4', inceptionStats.mean],
    ['a factory', net, imagenetStats.mean],
    ['a factory with stats', Object.assign(() => null, { stats: cifar10Stats }), cifar10Stats.mean],
    ['a record', { stats: cifar10Stats }, cifar10Stats.mean],
  ])('takes the stats of %s', (_, arch, mean) => {
    expect(tfmsFromModel(arch, 8).validation.stats.mean).toEqual(mean)
  })
})

describe('refusals', () => {
  const image = picture(1, 10, 12)
  const random = new Generator(1)
  const options = { size: 8, stats: plainStats }
  const twoStats = { mean: [0, 0], std: [1] }

  it.each<[() => unknown, string]>([
    [
      () => randomCrop(32).draw(random, { width: 28, height: 40 }),
      'randomCrop got a picture of 28×40 to take 32×32 from; expected sides of at least 32. Scale or pad the pictures before they are cropped.',
    ],
    [
      () => tfmsFromStats({ mean: [0], std: [1] }, 8).train.batch([image], [random]),
      'a picture has 3 channels; expected 1, as the stats have. Decode it to as many channels, or give stats for those it has.',
    ],
    [
      () => tfmsFromStats(twoStats, 8),
      'tfmsFromStats got stats with 2 means and 1 standard deviations; expected one of each for every channel.',
    ],
    [
      () => tfmsFromStats({ mean: [0, 1], std: [1, 0] }, 8),
      'tfmsFromStats got stats with the means 0, 1 and standard deviations 1, 0; expected finite numbers, standard deviations above 0. A channel that never changes has a deviation of 0: use 1.',
    ],
    [
      () => tfmsFromStats(plainStats, 8, { pad: -1 }),
      'tfmsFromStats got pad -1; expected an integer of at least 0, in pixels.',
    ],
    [
      () => tfmsFromStats(plainStats, 8, { pad: 8 }),
      "tfmsFromStats got pad 8 for pictures of 8×8; expected a reflection of less than 8 pixels. Pad less, or with padMode 'edge' or 'zeros'.",
    ],
    [
      () => imageTransforms({ ...options, scale: squashTo(4), pad: 4 }).batch([image], [random]),
      "imageTransforms got pad 4 for pictures of 4×4; expected a reflection of less than 4 pixels. Pad less, or with padMode 'edge' or 'zeros'.",
    ],
    [
      () => tfmsFromStats(plainStats, 8, { padMode: 'black' as 'zeros' }),
      "tfmsFromStats got padMode 'black'; expected one of 'reflect', 'zeros', 'edge'.",
    ],
    [
      () => tfmsFromStats(plainStats, 8, { cropType: 'middle' as 'center' }),
      "tfmsFromStats got cropType 'middle'; expected one of 'random', 'center', 'none', 'googlenet'.",
    ],
    [
      () => tfmsFromStats(plainStats, 8, { cropType: 'none', pad: 2 }),
      "tfmsFromStats got cropType 'none' with maxZoom 1 and pad 2; expected neither: nothing would be cut off again. Leave them out, or choose cropType 'random'.",
    ],
    [
      () => tfmsFromStats(plainStats, 8, { parts: {} }),
      "tfmsFromStats got parts with cropType 'random'; expected cropType 'googlenet'.",
    ],
    [
      () => tfmsFromStats(plainStats, 8, { maxZoom: 0.9 }),
      'scaleTo got maxZoom 0.9; expected a number of at least 1.',
    ],
    [
      () => tfmsFromStats(plainStats, 0),
      'tfmsFromStats got size 0; expected an integer of at least 1, in pixels.',
    ],
    [
      () => tfmsFromStats(plainStats, 8, { on: 'gpu' as 'device' }),
      "imageTransforms got on 'gpu'; expected one of 'host', 'device'.",
    ],
    [
      () => tfmsFromModel('resnet-34', 8),
      "tfmsFromModel got arch 'resnet-34'; expected one of 'inception_4', 'inceptionresnet_2', 'preActResnet18', 'preActResnet34', 'preActResnet50', 'resnet18', 'resnet20', 'resnet32', 'resnet34', 'resnet50', 'resnet56', 'resnet101', 'resnet152', 'vgg16', 'vgg19'.",
    ],
    [
      () => randomRotate(Number.NaN),
      'randomRotate got degrees NaN; expected a finite number of at least 0.',
    ],
    [
      () => randomRotate(10, { mode: 'mirror' as 'reflect' }),
      "randomRotate got mode 'mirror'; expected one of 'reflect', 'zeros', 'edge'.",
    ],
    [() => randomFlip({ p: 1.5 }), 'randomFlip got p 1.5; expected a probability from 0 to 1.'],
    [
      () => randomLighting(-0.1, 0),
      'randomLighting got brightness -0.1; expected a finite number of at least 0.',
    ],
    [
      () => randomZoom(-0.5),
      'randomZoom got min 0 and max -0.5; expected numbers with -1 < min <= max.',
    ],
    [() => cutout({ length: 4, n: 0 }), 'cutout got n 0; expected an integer of at least 1.'],
    [
      () => randomResizedCrop(8, { area: [0.5, 2] }),
      'randomResizedCrop got area [0.5, 2]; expected 0 < least <= most <= 1.',
    ],
    [
      () => imageTransforms({ ...options, scale: scaleTo(8) }).batch([image], [random]),
      'a picture of 9×8 came out of the transforms as 9×8; expected 8×8. End with a crop, or choose another scaling.',
    ],
    [
      () =>
        imageTransforms({
          ...options,
          transforms: [randomRotate(1), randomRotate(1, { mode: 'zeros' })],
        }),
      'imageTransforms got borders reflect and zeros; expected one mode for all.',
    ],
    [
      () => tfmsFromStats(plainStats, 8).train.batch([image], []),
      'batch got 1 pictures and 0 generators; expected at least one picture, and a generator for each.',
    ],
    [
      () => tfmsFromStats(plainStats, 8).train.batch([{ ...image, width: 11 }], [random]),
      'a picture of 11×10 with 3 channels has 360 bytes; expected 330, and at least one.',
    ],
  ])('%#', (wrong, message) => {
    expect(wrong).toThrow(expect.objectContaining({ name: 'DlError', message }))
  })
})
