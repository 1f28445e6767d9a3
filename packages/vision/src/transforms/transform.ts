/**
 * What a transform is: a name, and numbers drawn for one picture. It touches no pixels itself, so
 * that the geometry of all transforms is one resampling, and so that chance is the same wherever
 * the pixels are made.
 */
import type { Generator } from '@dl/core'
import type { Affine, Frame } from './affine'
import type { BorderMode } from './border'

/** Pixels x … x + width − 1 and y … y + height − 1. */
export interface Rectangle extends Frame {
  readonly x: number
  readonly y: number
}

/** Pixels v (0 to 1) become clip((v − μ)·contrast + μ + brightness, 0, 1), with μ the picture's mean. */
export interface Tone {
  readonly brightness: number
  readonly contrast: number
}

/**
 * A scaling or a transform as data: its name and the numbers it was made with. Those that leave
 * nothing to chance have one.
 */
export type Step = readonly [name: string, ...sizes: number[]]

/** What becomes of one picture. */
export interface Change {
  /** Where each pixel of the result is read in the picture as it was before. */
  readonly geometry?: Affine
  /** The size of the result, where it is another. */
  readonly frame?: Frame
  readonly tone?: Tone
  /** Turned black. */
  readonly holes?: readonly Rectangle[]
}

/** A transform, for {@link ImageTransforms}; make your own with these fields. */
export interface ImageTransform {
  readonly name: string
  /** What its geometry reads outside of the picture, where it does; all of a list must agree. */
  readonly border?: BorderMode
  readonly step?: Step
  /**
   * Draws what becomes of a picture of this size; null where nothing does. Draw as many numbers in
   * either case, so that later transforms do not depend on it.
   */
  draw(random: Generator, frame: Frame): Change | null
}

/** Which part of a picture is taken first, and the size it is brought to (by area). */
export interface Scaling {
  readonly name: string
  /** See the field of that name of {@link ImageTransforms}. */
  readonly decodeSide: number | null
  readonly step?: Step
  draw(random: Generator, frame: Frame): { part: Rectangle; to: Frame }
}

/** Uniform in [low, high). */
export const between = (random: Generator, low: number, high: number): number =>
  low + (high - low) * random.next()
