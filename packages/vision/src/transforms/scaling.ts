/** How a picture gets its size, before anything else. */
import { checkOptions } from '@dl/core'
import type { Frame } from './affine'
import { badOption, requireChance, requireSide } from './checks'
import { between, type Rectangle, type Scaling } from './transform'

export interface ScaleToOptions {
  /** Up to how many times that side at random (default 1: never more). */
  maxZoom?: number
  /** How likely a picture is enlarged when `maxZoom` is more than 1 (default 0.75). */
  p?: number
}

/**
 * Brings the shorter side to `side` and keeps the shape: the other becomes ⌊its length · ratio⌋.
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { scaleTo } from '@dl/vision'
 *
 * const { to } = scaleTo(224).draw(new Generator(1), { width: 500, height: 375 })
 * to.width // → 298
 * to.height // → 224
 * ```
 */
export function scaleTo(side: number, options: ScaleToOptions = {}): Scaling {
  const { maxZoom = 1, p = 0.75 } = checkOptions('scaleTo', options, ['maxZoom', 'p'])
  requireSide('scaleTo', 'side', side)
  requireChance('scaleTo', p)
  if (!(maxZoom >= 1 && Number.isFinite(maxZoom))) {
    badOption('scaleTo', `maxZoom ${maxZoom}`, 'a number of at least 1')
  }
  return {
    name: 'scaleTo',
    decodeSide: Math.ceil(side * maxZoom),
    ...(maxZoom === 1 && { step: ['scaleTo', side] }),
    draw(random, frame) {
      const part = whole(frame)
      if (maxZoom === 1) return { part, to: shorterTo(side, frame) }
      const applies = random.next() < p
      const zoomed = Math.floor(side * between(random, 1, maxZoom))
      return { part, to: shorterTo(applies ? zoomed : side, frame) }
    },
  }
}

/**
 * Brings both sides to `side`, whatever the shape.
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { squashTo } from '@dl/vision'
 *
 * squashTo(224).draw(new Generator(1), { width: 500, height: 375 }).to.width // → 224
 * ```
 */
export function squashTo(side: number): Scaling {
  requireSide('squashTo', 'side', side)
  return {
    name: 'squashTo',
    decodeSide: null,
    step: ['squashTo', side],
    draw: (_, frame) => ({ part: whole(frame), to: { width: side, height: side } }),
  }
}

export const whole = ({ width, height }: Frame): Rectangle => ({ x: 0, y: 0, width, height })

function shorterTo(side: number, { width, height }: Frame): Frame {
  const shorter = Math.min(width, height)
  // in integers: ⌊x · (side / shorter)⌋ would lose a pixel to rounding where it divides
  const scaled = (x: number) => Math.floor((x * side) / shorter)
  return { width: scaled(width), height: scaled(height) }
}
