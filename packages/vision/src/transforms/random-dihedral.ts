import { aboutCentres, type Frame } from './affine'
import type { ImageTransform } from './transform'

/** Quarter turns to the left, and the same after a flip: [a, b, d, e] of an Affine. */
const TURNS = [
  [1, 0, 0, 1],
  [0, -1, 1, 0],
  [-1, 0, 0, -1],
  [0, 1, -1, 0],
] as const

/**
 * One of the eight ways to lay a square on itself, all as likely: for pictures without an up, seen
 * from above or through a microscope.
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { randomDihedral } from '@dl/vision'
 *
 * const change = randomDihedral().draw(new Generator(2), { width: 4, height: 3 })
 * change!.frame!.width + change!.frame!.height // → 7
 * ```
 */
export function randomDihedral(): ImageTransform {
  return {
    name: 'randomDihedral',
    draw(random, frame) {
      const turns = random.int(4)
      const [a, b, d, e] = TURNS[turns]!
      const mirror = random.next() < 0.5 ? -1 : 1
      const to: Frame = turns % 2 === 0 ? frame : { width: frame.height, height: frame.width }
      // the turn comes first, so the flip is about the turned picture
      return { geometry: aboutCentres([a * mirror, b, d * mirror, e], frame, to), frame: to }
    },
  }
}
