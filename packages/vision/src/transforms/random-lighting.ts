import { badOption } from './checks'
import { between, type ImageTransform } from './transform'

/**
 * Changes brightness by b, uniform over ±`brightness`, and contrast by c, uniform over ±`contrast`.
 * Pixels v (0 to 1) become clip((v − μ)·k + μ + b, 0, 1), where μ is the mean of the whole picture
 * and k = 1 + c, or 1 / (1 − c) for a negative c, which undoes 1 + c. (fast.ai's applied the two
 * bounds themselves, always, until January 2018.)
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { randomLighting } from '@dl/vision'
 *
 * const light = randomLighting(0.05, 0).draw(new Generator(1), { width: 8, height: 8 })
 * Math.abs(light!.tone!.brightness) <= 0.05 // → true
 * light!.tone!.contrast // → 1
 * ```
 */
export function randomLighting(brightness: number, contrast: number): ImageTransform {
  for (const [name, value] of Object.entries({ brightness, contrast })) {
    if (value >= 0 && Number.isFinite(value)) continue
    badOption('randomLighting', `${name} ${value}`, 'a finite number of at least 0')
  }
  return {
    name: 'randomLighting',
    draw(random) {
      const b = between(random, -brightness, brightness)
      const c = between(random, -contrast, contrast)
      return { tone: { brightness: b, contrast: c >= 0 ? 1 + c : 1 / (1 - c) } }
    },
  }
}
