/** fast.ai's lists of augmentations. */
import { randomDihedral } from './random-dihedral'
import { randomFlip } from './random-flip'
import { randomLighting } from './random-lighting'
import { randomRotate } from './random-rotate'
import type { ImageTransform } from './transform'

/** Turns of up to 10°, and a little light. */
export const transformsBasic: readonly ImageTransform[] = /* @__PURE__ */ Object.freeze([
  randomRotate(10),
  randomLighting(0.05, 0.05),
])

/** For photographs taken from the side: the basic ones, and left for right. */
export const transformsSideOn: readonly ImageTransform[] = /* @__PURE__ */ Object.freeze([
  ...transformsBasic,
  randomFlip(),
])

/** For pictures taken from above: the basic ones, and all turns and flips. */
export const transformsTopDown: readonly ImageTransform[] = /* @__PURE__ */ Object.freeze([
  ...transformsBasic,
  randomDihedral(),
])
