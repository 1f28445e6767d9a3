import { type Frame, translation } from './affine'
import { badOption, requireSide } from './checks'
import type { Change, ImageTransform } from './transform'

/**
 * A square of that side from anywhere in the picture, every place as likely. (fast.ai's never took
 * the last one.)
 *
 * @throws DlError `bad-option` when a picture is smaller
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { randomCrop } from '@dl/vision'
 *
 * const crop = randomCrop(32).draw(new Generator(1), { width: 40, height: 32 })
 * crop!.geometry![2] <= 8 // → true
 * crop!.geometry![5] // → 0
 * ```
 */
export function randomCrop(size: number): ImageTransform {
  requireSide('randomCrop', 'size', size)
  return {
    name: 'randomCrop',
    draw(random, frame) {
      checkFits('randomCrop', size, frame)
      const [x, y] = [random.int(frame.width - size + 1), random.int(frame.height - size + 1)]
      return cropped(x, y, size)
    },
  }
}

/**
 * The square of that side in the middle; of an odd rest, the larger part goes on the left and above.
 *
 * @throws DlError `bad-option` when a picture is smaller
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { centerCrop } from '@dl/vision'
 *
 * centerCrop(32).draw(new Generator(1), { width: 40, height: 33 })!.geometry // → 1,0,4,0,1,1
 * ```
 */
export function centerCrop(size: number): ImageTransform {
  requireSide('centerCrop', 'size', size)
  return {
    name: 'centerCrop',
    step: ['centerCrop', size],
    draw(_, frame) {
      checkFits('centerCrop', size, frame)
      const [x, y] = [frame.width, frame.height].map(side => Math.ceil((side - size) / 2))
      return cropped(x!, y!, size)
    },
  }
}

const cropped = (x: number, y: number, size: number): Change => ({
  geometry: translation(x, y),
  frame: { width: size, height: size },
})

function checkFits(owner: string, size: number, { width, height }: Frame): void {
  if (width >= size && height >= size) return
  badOption(
    owner,
    `a picture of ${width}×${height} to take ${size}×${size} from`,
    `sides of at least ${size}`,
    'Scale or pad the pictures before they are cropped.',
  )
}
