/** The transforms of the training set and of the others, as fast.ai makes them. */
import { checkOptions } from '@dl/core'
import { type BorderMode, checkPad } from './border'
import { checkTransforms } from './check-transforms'
import { badOption, requireOneOf, requireSide } from './checks'
import type { ChannelStats, TransformPair } from './image-transforms'
import { type ImageTransformsOptions, imageTransforms } from './pipeline'
import { centerCrop, randomCrop } from './random-crop'
import { type RandomResizedCropOptions, randomResizedCrop } from './random-resized-crop'
import { scaleTo, squashTo } from './scaling'
import { checkStats, imagenetStats, inceptionStats } from './stats'
import type { ImageTransform } from './transform'

/**
 * How pictures become squares. `random` and `center` cut one out of the scaled picture, `none`
 * squashes it, `googlenet` takes a part of random size and shape. Validation has `center`, with
 * `none` also `none`.
 */
export type CropType = 'random' | 'center' | 'none' | 'googlenet'

export interface TfmsOptions extends Pick<ImageTransformsOptions, 'pad' | 'padMode' | 'on'> {
  /** For the training set (default none): `[randomFlip()]`, `transformsSideOn`. */
  augTfms?: readonly ImageTransform[]
  /** The training set's shorter sides are up to this times `size` (default 1). */
  maxZoom?: number
  /** Default 'random'. */
  cropType?: CropType
  /** With cropType 'googlenet': the parts that are taken. */
  parts?: RandomResizedCropOptions
}

/**
 * Training: scale the shorter side to `size`, pad, augment, crop, normalise. Validation: scale, crop
 * the centre, normalise.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { cifar10Stats, randomFlip, tfmsFromStats } from '@dl/vision'
 *
 * const tfms = tfmsFromStats(cifar10Stats, 32, { augTfms: [randomFlip()], pad: 4 })
 * const image = { width: 32, height: 32, channels: 3, data: new Uint8Array(32 * 32 * 3) }
 * const x = tfms.train.batch([image, image], [new Generator(1), new Generator(2)])
 * x.shape // → 2,32,32,3
 * x.dispose()
 * ```
 */
export function tfmsFromStats(
  stats: ChannelStats,
  size: number,
  options: TfmsOptions = {},
): TransformPair {
  const {
    augTfms = [],
    maxZoom = 1,
    pad = 0,
    padMode = 'reflect',
    cropType = 'random',
    parts,
    on,
  } = checkOptions('tfmsFromStats', options, [
    'augTfms',
    'maxZoom',
    'pad',
    'padMode',
    'cropType',
    'parts',
    'on',
  ])
  const owner = 'tfmsFromStats'
  requireSide(owner, 'size', size)
  checkStats(owner, stats)
  checkTransforms(owner, 'augTfms', augTfms)
  requireOneOf(owner, 'cropType', cropType, CROPS)
  checkTogether(owner, cropType, { maxZoom, pad, padMode, parts }, size)
  const shared = { size, stats, ...(on && { on }) }
  const middle = { ...shared, scale: scaleTo(size), transforms: [centerCrop(size)] }
  const crop = cropType === 'random' ? [randomCrop(size)] : [centerCrop(size)]
  const squashed = { ...shared, scale: squashTo(size) }
  const train: Record<CropType, () => ImageTransformsOptions> = {
    random: () => ({
      ...shared,
      scale: scaleTo(size, { maxZoom }),
      pad,
      padMode,
      transforms: [...augTfms, ...crop],
    }),
    center: () => train.random(),
    none: () => ({ ...squashed, transforms: augTfms }),
    googlenet: () => ({ ...shared, scale: randomResizedCrop(size, parts), transforms: augTfms }),
  }
  return {
    train: imageTransforms(train[cropType]()),
    validation: imageTransforms(cropType === 'none' ? squashed : middle),
  }
}

const CROPS: readonly CropType[] = ['random', 'center', 'none', 'googlenet']

type Choices = Pick<TfmsOptions, 'parts'> & { maxZoom: number; pad: number; padMode: BorderMode }

function checkTogether(
  owner: string,
  cropType: CropType,
  { maxZoom, pad, padMode, parts }: Choices,
  size: number,
): void {
  checkPad(owner, pad, padMode, size, size)
  const cuts = cropType === 'random' || cropType === 'center'
  if (!cuts && (maxZoom !== 1 || pad !== 0)) {
    badOption(
      owner,
      `cropType '${cropType}' with maxZoom ${maxZoom} and pad ${pad}`,
      'neither: nothing would be cut off again',
      "Leave them out, or choose cropType 'random'.",
    )
  }
  if (parts && cropType !== 'googlenet') {
    badOption(owner, `parts with cropType '${cropType}'`, "cropType 'googlenet'")
  }
}

/** A net, or the function that makes it; `stats` where it was not trained as ImageNet's nets are. */
export type Arch = ((...args: never[]) => unknown) | { readonly stats?: ChannelStats }

/** Nets by name: those trained on ImageNet's stats, and others. */
const KNOWN: Record<string, ChannelStats> = {
  inception_4: inceptionStats,
  inceptionresnet_2: inceptionStats,
  preActResnet18: imagenetStats,
  preActResnet34: imagenetStats,
  preActResnet50: imagenetStats,
  resnet18: imagenetStats,
  resnet20: imagenetStats,
  resnet32: imagenetStats,
  resnet34: imagenetStats,
  resnet50: imagenetStats,
  resnet56: imagenetStats,
  resnet101: imagenetStats,
  resnet152: imagenetStats,
  vgg16: imagenetStats,
  vgg19: imagenetStats,
}

/**
 * `tfmsFromStats` with the stats that a pretrained net expects: its own field `stats`, else
 * ImageNet's.
 *
 * @param arch the net, its factory, or its name
 * @throws DlError `bad-option`, also for a name nobody knows
 *
 * @example
 * ```ts
 * import { tfmsFromModel, transformsSideOn } from '@dl/vision'
 *
 * const tfms = tfmsFromModel('resnet34', 224, { augTfms: transformsSideOn, maxZoom: 1.1 })
 * tfms.train.stats.mean // → 0.485,0.456,0.406
 * tfms.train.decodeSide // → 247
 * ```
 */
export function tfmsFromModel(
  arch: string | Arch,
  size: number,
  options: TfmsOptions = {},
): TransformPair {
  if (typeof arch === 'function' || (typeof arch === 'object' && arch !== null)) {
    const { stats = imagenetStats } = arch as { stats?: ChannelStats }
    return tfmsFromStats(stats, size, options)
  }
  requireOneOf('tfmsFromModel', 'arch', arch, Object.keys(KNOWN))
  return tfmsFromStats(KNOWN[arch]!, size, options)
}
