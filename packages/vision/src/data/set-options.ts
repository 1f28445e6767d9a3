import type { OnBadImage } from './image-store'
import type { OnPassedOver } from './picture-files'

/** What all sets of files have in common. */
export interface SetOptions {
  /**
   * The classes there are, in this order (default: those found in training, sorted). Others are
   * errors then, and a part may lack some.
   */
  classes?: readonly string[]
  /**
   * A fraction to judge by, drawn at random where the pictures are not in two parts already: of each
   * class its share, but never all of a class. With several labels to a picture, of all pictures.
   */
  validFraction?: number
  /** Seed of that choice (default 42, as in fast.ai); it is not that of the loaders. */
  splitSeed?: number
  /**
   * Files that do not begin as pictures do are refused at once (`throw`, the default) or left to the
   * loaders, which skip them.
   */
  onBadImage?: OnBadImage
  /** What becomes of other files among the pictures (default: one warning on the console). */
  onPassedOver?: OnPassedOver
}

/** Names of all of them. */
export const setOptions = [
  'classes',
  'validFraction',
  'splitSeed',
  'onBadImage',
  'onPassedOver',
] as const satisfies readonly (keyof SetOptions)[]
