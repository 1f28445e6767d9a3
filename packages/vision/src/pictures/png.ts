import { encode } from 'fast-png'
import type { PixelImage } from '../pixel-image'
import { checkImage } from './check-image'

/**
 * The bytes of a PNG file of this picture.
 *
 * @throws DlError `bad-image`
 *
 * @example
 * ```ts
 * import { encodePng } from '@dl/vision'
 *
 * const png = encodePng({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) })
 * String.fromCharCode(...png.slice(1, 4)) // → PNG
 * ```
 */
export function encodePng(image: PixelImage): Uint8Array {
  checkImage(image)
  const { width, height, channels, data } = image
  return encode({ width, height, channels: channels as 1 | 3 | 4, data, depth: 8 })
}
