import { checkOptions } from '@dl/core'
import { aboutCentres } from './affine'
import { BORDERS, type BorderMode } from './border'
import { badOption, requireChance, requireOneOf } from './checks'
import { between, type ImageTransform } from './transform'

export interface RandomRotateOptions {
  /** How likely a picture is turned (default 0.75). */
  p?: number
  /** What fills the corners (default 'reflect'). */
  mode?: BorderMode
}

/**
 * Turns by an angle uniform over ±`degrees` about the centre; the size stays. Bilinear.
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { randomRotate } from '@dl/vision'
 *
 * const turn = randomRotate(10, { p: 1 }).draw(new Generator(3), { width: 9, height: 9 })
 * turn!.geometry![0] > Math.cos((10 * Math.PI) / 180) // → true
 * ```
 */
export function randomRotate(degrees: number, options: RandomRotateOptions = {}): ImageTransform {
  const { p = 0.75, mode = 'reflect' } = checkOptions('randomRotate', options, ['p', 'mode'])
  if (!(Number.isFinite(degrees) && degrees >= 0)) {
    badOption('randomRotate', `degrees ${degrees}`, 'a finite number of at least 0')
  }
  requireChance('randomRotate', p)
  requireOneOf('randomRotate', 'mode', mode, BORDERS)
  return {
    name: 'randomRotate',
    border: mode,
    draw(random, frame) {
      const applies = random.next() < p
      const angle = (between(random, -degrees, degrees) * Math.PI) / 180
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
      return applies ? { geometry: aboutCentres([cos, -sin, sin, cos], frame) } : null
    },
  }
}
