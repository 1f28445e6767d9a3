/** Transforms put together: scale, pad, augment, crop, normalise. */
import { checkOptions, DlError, Generator, showValue } from '@dl/core'
import type { PixelImage } from '../pixel-image'
import type { Frame } from './affine'
import { resizeArea } from './area-resize'
import { type BorderMode, checkPad, type Surroundings } from './border'
import { checkTransforms } from './check-transforms'
import { badOption, requireOneOf, requireSide } from './checks'
import { onDevice } from './device'
import { onHost, type Planned } from './host'
import type { ChannelStats, ImageTransforms, Region, TransformsRecipe } from './image-transforms'
import { planFor } from './plan'
import type { Canvas } from './reading'
import { scaleTo } from './scaling'
import { checkStats } from './stats'
import type { ImageTransform, Scaling } from './transform'

export interface ImageTransformsOptions {
  /** Side of the squares that come out, in pixels. */
  size: number
  stats: ChannelStats
  /** How pictures get their size first (default `scaleTo(size)`). */
  scale?: Scaling
  /** Pixels added on all four sides after that (default 0). */
  pad?: number
  /** What they are (default 'reflect'). */
  padMode?: BorderMode
  /** After that, in this order; the last must bring pictures to `size` where nothing else does. */
  transforms?: readonly ImageTransform[]
  /**
   * Who makes the pixels (default 'host'): JavaScript, one picture after the other, or the backend,
   * for the whole batch at once where its pictures have one size. The pixels are the same. The
   * backend is worth it on a GPU when large pictures are turned or zoomed.
   */
  on?: 'host' | 'device'
}

/**
 * Transforms for one set of pictures; `tfmsFromStats` makes the usual two. Order: scale, pad,
 * transforms, normalise. Of the transforms the colour comes first, then all geometry as one
 * resampling (which is exact where it only flips, turns by quarters and crops), then holes.
 *
 * @throws DlError `bad-option`; from `batch` also `bad-image`
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { imagenetStats, imageTransforms, randomFlip, randomResizedCrop } from '@dl/vision'
 *
 * const tfms = imageTransforms({
 *   size: 4,
 *   stats: imagenetStats,
 *   scale: randomResizedCrop(4, { area: [0.5, 1] }),
 *   transforms: [randomFlip()],
 * })
 * const image = { width: 8, height: 6, channels: 3, data: new Uint8Array(8 * 6 * 3) }
 * const x = tfms.batch([image], [new Generator(1)])
 * x.shape // → 1,4,4,3
 * x.dispose()
 * ```
 */
export function imageTransforms(options: ImageTransformsOptions): ImageTransforms {
  const owner = 'imageTransforms'
  checkOptions(owner, options, ['size', 'stats', 'scale', 'pad', 'padMode', 'transforms', 'on'])
  const { size, stats, pad = 0, padMode = 'reflect', transforms = [], on = 'host' } = options
  requireSide(owner, 'size', size)
  checkStats(owner, stats)
  checkTransforms(owner, 'transforms', transforms)
  const { scale = scaleTo(size) } = options
  if (typeof scale?.draw !== 'function') {
    badOption(owner, `scale ${showValue(scale)}`, 'a scaling: scaleTo(256)')
  }
  checkPad(owner, pad, padMode, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  requireOneOf(owner, 'on', on, ['host', 'device'])
  const around: Surroundings = { pad, padMode, border: commonBorder(transforms) }

  const planned = (image: PixelImage, random: Generator): Planned => {
    checkImage(image, stats)
    const canvas = scaled(image, scale, random)
    const { width, height } = canvas
    checkPad(owner, pad, padMode, width, height)
    const frame = { width: width + 2 * pad, height: height + 2 * pad }
    return { canvas, plan: planFor(frame, transforms, random, size) }
  }

  const recipe = recipeOf({ size, stats, scale, pad, padMode, transforms })
  return {
    size,
    stats,
    decodeSide: scale.decodeSide,
    ...(recipe && {
      recipe,
      region: frame => regionOf(frame, { size, scale, pad, transforms }),
    }),
    batch(images, generators) {
      if (!(images?.length > 0 && images.length === generators?.length)) {
        badOption(
          'batch',
          `${images?.length} pictures and ${generators?.length} generators`,
          'at least one picture, and a generator for each',
        )
      }
      const one = (i: number) => planned(images[i]!, generators[i]!)
      if (on === 'host') return onHost(images.length, one, stats, around, size)
      const all = images.map((_, i) => one(i))
      return areAlike(all)
        ? onDevice(all, stats, around, size)
        : onHost(all.length, i => all[i]!, stats, around, size)
    },
  }
}

type Choices = Required<Omit<ImageTransformsOptions, 'on'>>

function recipeOf({ scale, transforms, stats, ...sizes }: Choices): TransformsRecipe | null {
  const steps = transforms.map(({ step }) => step)
  if (scale.step === undefined || !steps.every(step => step !== undefined)) return null
  const { mean, std } = stats
  return { ...sizes, stats: { mean, std }, scale: scale.step, transforms: steps }
}

/** Where the edges of the result lie in a picture, if it is scaled and cropped and no more. */
function regionOf(
  frame: Frame,
  { size, scale, pad, transforms }: Pick<Choices, 'size' | 'scale' | 'pad' | 'transforms'>,
): Region {
  const chance = new Generator(0) // never drawn from
  const { part, to } = scale.draw(chance, frame)
  const padded = { width: to.width + 2 * pad, height: to.height + 2 * pad }
  const [a, , c, , e, f] = planFor(padded, transforms, chance, size).matrix
  // pixel centres have integer coordinates, so the first edge is at -1/2
  const [left, top] = [c + (1 - a) / 2 - pad, f + (1 - e) / 2 - pad]
  const [across, down] = [part.width / to.width, part.height / to.height]
  return {
    x: (part.x + left * across) / frame.width,
    y: (part.y + top * down) / frame.height,
    width: (a * size * across) / frame.width,
    height: (e * size * down) / frame.height,
  }
}

function scaled(image: PixelImage, scale: Scaling, random: Generator): Canvas {
  const { part, to } = scale.draw(random, image)
  const isAsItIs =
    part.width === image.width &&
    part.height === image.height &&
    to.width === image.width &&
    to.height === image.height
  if (isAsItIs) return image
  return { ...to, channels: image.channels, data: resizeArea(image, part, to) }
}

const areAlike = (all: readonly Planned[]): boolean =>
  all.every(
    ({ canvas }) =>
      canvas.width === all[0]!.canvas.width && canvas.height === all[0]!.canvas.height,
  )

function commonBorder(transforms: readonly ImageTransform[]): BorderMode {
  const borders = new Set(transforms.flatMap(({ border }) => border ?? []))
  if (borders.size > 1) {
    badOption('imageTransforms', `borders ${[...borders].join(' and ')}`, 'one mode for all')
  }
  return [...borders][0] ?? 'reflect'
}

function checkImage(image: PixelImage, stats: ChannelStats): void {
  if (!(image?.data instanceof Uint8Array)) {
    throw new DlError('bad-image', {
      problem: `a picture is ${showValue(image)}`,
      expected: '{ width, height, channels, data }',
    })
  }
  const { width, height, channels, data } = image
  if (channels !== stats.mean.length) {
    throw new DlError('bad-image', {
      problem: `a picture has ${channels} channels`,
      expected: `${stats.mean.length}, as the stats have`,
      fix: 'Decode it to as many channels, or give stats for those it has.',
    })
  }
  if (width > 0 && height > 0 && data.length === width * height * channels) return
  throw new DlError('bad-image', {
    problem: `a picture of ${width}×${height} with ${channels} channels has ${data.length} bytes`,
    expected: `${width * height * channels}, and at least one`,
  })
}
