/** Pictures and settings that the tests of transforms share. */
import { Generator } from '@dl/core'
import type { ChannelStats, ImageTransforms, PixelImage, Scaling } from '@dl/vision'
import type { Tensor } from '@tensorflow/tfjs-core'
import { hashedBytes, readFixture } from '../../../../scripts/golden'

const here = import.meta.url

/** What scripts/fixtures/transforms.py wrote. */
export const fixture = <T>(name: string): T[] => readFixture<T[]>(new URL('..', here).href, name)

/** The bytes that `picture` of scripts/fixtures/transforms.py has. */
export const picture = (seed: number, height: number, width: number, channels = 3): PixelImage => ({
  width,
  height,
  channels,
  data: hashedBytes(seed, height * width * channels),
})

/** Pixels stay as they are, from 0 to 1. */
export const plainStats: ChannelStats = { mean: [0, 0, 0], std: [1, 1, 1] }

/** No scaling. */
export const asIs: Scaling = {
  name: 'asIs',
  decodeSide: null,
  draw: (_, { width, height }) => ({ part: { x: 0, y: 0, width, height }, to: { width, height } }),
}

/** The generators of pictures with these numbers. */
export const generators = (numbers: readonly number[], seed = 1): Generator[] =>
  numbers.map(number => new Generator(seed).fork(number))

/** What comes out for these pictures, numbered from `first`. */
export async function batchOf(
  tfms: ImageTransforms,
  images: readonly PixelImage[],
  first = 0,
): Promise<Float32Array> {
  const x = tfms.batch(images, generators(images.map((_, i) => first + i)))
  return taken(x)
}

export async function taken(x: Tensor): Promise<Float32Array> {
  const values = await x.data<'float32'>()
  x.dispose()
  return values
}

/** Pixels from 0 to 1 as bytes again, to compare places exactly. */
export const bytes = (values: Float32Array): number[] =>
  Array.from(values, value => Math.round(value * 255))

export const places = ['host', 'device'] as const
