import { checkOptions } from '@dl/core'
import { aboutCentres } from './affine'
import { requireChance } from './checks'
import type { ImageTransform } from './transform'

export interface RandomFlipOptions {
  /** How likely a picture is flipped (default 0.5). */
  p?: number
}

/**
 * Swaps left and right, at random.
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { randomFlip } from '@dl/vision'
 *
 * const change = randomFlip({ p: 1 }).draw(new Generator(1), { width: 32, height: 32 })
 * change!.geometry // → -1,0,31,0,1,0
 * ```
 */
export function randomFlip(options: RandomFlipOptions = {}): ImageTransform {
  const { p = 0.5 } = checkOptions('randomFlip', options, ['p'])
  requireChance('randomFlip', p)
  return {
    name: 'randomFlip',
    draw: (random, frame) =>
      random.next() < p ? { geometry: aboutCentres([-1, 0, 0, 1], frame) } : null,
  }
}
