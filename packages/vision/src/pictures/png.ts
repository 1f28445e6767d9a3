import { encode } from 'fast-png'
import type { PixelImage } from '../pixel-image'

/**
 * The bytes of a PNG file of this picture.
 *
 * @example
 * ```ts
 * import { encodePng } from '@dl/vision'
 *
 * const png = encodePng({ width: 1, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0) })
 * String.fromCharCode(...png.slice(1, 4)) // → PNG
 * ```
 */
export const encodePng = ({ width, height, channels, data }: PixelImage): Uint8Array =>
  encode({ width, height, channels: channels as 1 | 3 | 4, data, depth: 8 })
