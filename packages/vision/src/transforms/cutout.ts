import { checkOptions } from '@dl/core'
import { badOption, requireChance, requireSide } from './checks'
import type { ImageTransform, Rectangle } from './transform'

export interface CutoutOptions {
  /** How many squares (default 1). */
  n?: number
  /** Their side in pixels. */
  length: number
  /** How likely a picture gets them (default 0.5). */
  p?: number
}

/**
 * Squares centred anywhere in the picture turn black (DeVries and Taylor, arXiv:1708.04552); what
 * of them lies outside is cut off.
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { cutout } from '@dl/vision'
 *
 * const change = cutout({ length: 8, p: 1 }).draw(new Generator(5), { width: 32, height: 32 })
 * change!.holes!.length // → 1
 * ```
 */
export function cutout(options: CutoutOptions): ImageTransform {
  const { n = 1, length, p = 0.5 } = checkOptions('cutout', options, ['n', 'length', 'p'])
  requireSide('cutout', 'length', length)
  requireChance('cutout', p)
  if (!Number.isSafeInteger(n) || n < 1) badOption('cutout', `n ${n}`, 'an integer of at least 1')
  return {
    name: 'cutout',
    draw(random, { width, height }) {
      const applies = random.next() < p
      const holes = Array.from({ length: n }, (): Rectangle => {
        const [x, right] = edges(random.int(width), length, width)
        const [y, bottom] = edges(random.int(height), length, height)
        return { x, y, width: right - x, height: bottom - y }
      })
      return applies ? { holes } : null
    },
  }
}

const edges = (centre: number, length: number, side: number): [from: number, to: number] => [
  Math.max(0, Math.floor(centre - length / 2)),
  Math.min(side, Math.floor(centre + length / 2)),
]
