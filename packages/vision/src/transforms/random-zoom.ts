import { checkOptions } from '@dl/core'
import { aboutCentres } from './affine'
import { badOption } from './checks'
import { between, type ImageTransform } from './transform'

export interface RandomZoomOptions {
  /** The least that is drawn (default 0, no zoom). */
  min?: number
}

/**
 * Enlarges about the centre 1 + z times, z uniform over [`min`, `max`); the size stays. Bilinear.
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { randomZoom } from '@dl/vision'
 *
 * const zoom = randomZoom(1, { min: 1 }).draw(new Generator(1), { width: 9, height: 9 })
 * zoom!.geometry // → 0.5,0,2,0,0.5,2
 * ```
 */
export function randomZoom(max: number, options: RandomZoomOptions = {}): ImageTransform {
  const { min = 0 } = checkOptions('randomZoom', options, ['min'])
  if (!(min > -1 && max >= min && Number.isFinite(max))) {
    badOption('randomZoom', `min ${min} and max ${max}`, 'numbers with -1 < min <= max')
  }
  return {
    name: 'randomZoom',
    draw(random, frame) {
      const step = 1 / (1 + between(random, min, max))
      return { geometry: aboutCentres([step, 0, 0, step], frame) }
    },
  }
}
