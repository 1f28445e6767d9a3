/** What a loader of pictures asks of transforms, and all it knows of them. */
import type { Generator } from '@dl/core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { PixelImage } from '../pixel-image'
import type { Frame } from './affine'
import type { BorderMode } from './border'
import type { Rectangle, Step } from './transform'

/** What pixels (0 to 1) are normalised with, a number for each channel. */
export interface ChannelStats {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/**
 * A part of a picture, its place and size as shares of the picture's width and height; where there
 * is padding it goes beyond 0 and 1.
 */
export type Region = Rectangle

/** Transforms as data, as an exported learner has them: no function, and nothing left to chance. */
export type TransformsRecipe =
  /** Pictures of one size, from 0 to 1. */
  | 'as-they-are'
  | {
      readonly size: number
      readonly stats: ChannelStats
      readonly scale: Step
      readonly pad: number
      readonly padMode: BorderMode
      readonly transforms: readonly Step[]
    }

/** From pictures of any size to a batch for a net. */
export interface ImageTransforms {
  /** Side of the squares that come out, in pixels. */
  readonly size: number
  readonly stats: ChannelStats
  /**
   * A picture may be shrunk to this shorter side while it is decoded, as the transforms would do
   * no better with a larger one; null where they want all of it.
   */
  readonly decodeSide: number | null
  /** How they are made; missing where that is not known, or something is left to chance. */
  readonly recipe?: TransformsRecipe
  /** Which part of a picture of that size comes out; missing as `recipe` is. */
  region?(frame: Frame): Region
  /**
   * Normalised float32 [images, size, size, channels], yours to dispose.
   *
   * @param generators the chance of each picture, its own: the same pixels come out whatever the
   *   batch it is in
   */
  batch(images: readonly PixelImage[], generators: readonly Generator[]): Tensor4D
}

/** The transforms of the training set and those of the others. */
export interface TransformPair {
  readonly train: ImageTransforms
  readonly validation: ImageTransforms
}
