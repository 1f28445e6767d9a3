import { DlError, showValue } from '@dl/core'
import type { TransformPair } from '../transforms/image-transforms'
import type { OnBadImage } from './image-store'

export interface ImageDataOptions {
  /** Pictures of a batch (default 64). */
  bs?: number
  /** From pictures to a net's input; without them all must be of one size and become 0 to 1. */
  tfms?: TransformPair
  /** Of the order and of augmentation; without it they come from the default generator. */
  seed?: number
  /**
   * Pictures underway at once (default 8 for each core, in a page 8; pixels and order do not depend
   * on it).
   */
  workers?: number
  /** Decoded pictures are kept up to so many bytes (default 1 GiB, in a page 256 MiB). */
  cacheBytes?: number
  /** Larger pictures are bad (default 2²⁶ pixels). */
  maxPixels?: number
  /**
   * A picture that is empty, broken or too large ends the epoch (`throw`, the default) or is left
   * out of its batch, see {@link ImageClassifierData.skipped}.
   */
  onBadImage?: OnBadImage
}

/** Names of all of them. */
export const dataOptions = [
  'bs',
  'tfms',
  'seed',
  'workers',
  'cacheBytes',
  'maxPixels',
  'onBadImage',
] as const satisfies readonly (keyof ImageDataOptions)[]

/** @throws DlError `bad-option`; workers are the loaders' to check */
export function requireDataOptions(options: ImageDataOptions): void {
  const { bs, tfms, seed, cacheBytes, maxPixels, onBadImage } = options
  const require = (name: string, value: unknown, isFine: boolean, expected: string) => {
    if (value === undefined || isFine) return
    throw new DlError('bad-option', { problem: `${name} is ${showValue(value)}`, expected })
  }
  require('bs', bs, Number.isSafeInteger(bs) && bs! > 0, 'an integer of at least 1')
  require('seed', seed, Number.isSafeInteger(seed), 'an integer')
  require('cacheBytes', cacheBytes, isNumber(cacheBytes) &&
    cacheBytes >= 0, 'a number of at least 0')
  require('maxPixels', maxPixels, isNumber(maxPixels) && maxPixels > 0, 'a number above 0')
  const isHandler =
    ['throw', 'skip'].includes(onBadImage as string) || typeof onBadImage === 'function'
  require('onBadImage', onBadImage, isHandler, "'throw', 'skip' or a function of a name and an error")
  const isPair = [tfms?.train, tfms?.validation].every(one => typeof one?.batch === 'function')
  require('tfms', tfms, isPair, 'transforms { train, validation }, as tfmsFromStats(imagenetStats, 64) gives them')
}

const isNumber = (value: unknown): value is number => typeof value === 'number'
