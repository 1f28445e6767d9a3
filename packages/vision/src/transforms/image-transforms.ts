/** What a loader of pictures asks of transforms, and all it knows of them. */
import type { Generator } from '@dl/core'
import type { Tensor4D } from '@tensorflow/tfjs-core'
import type { PixelImage } from '../pixel-image'

/** What pixels (0 to 1) are normalised with, a number for each channel. */
export interface ChannelStats {
  readonly mean: readonly number[]
  readonly std: readonly number[]
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
