import { DlError } from '@dl/core'
import type { PixelImage } from '../pixel-image'

/** Complains about a picture whose bytes are not as many as its sizes say. */
export function checkImage({ width, height, channels, data }: PixelImage): void {
  const isSized = [width, height].every(size => Number.isInteger(size) && size > 0)
  if (isSized && [1, 3, 4].includes(channels) && data.length === width * height * channels) return
  throw new DlError('bad-image', {
    problem: `a picture of ${width} × ${height} pixels and ${channels} channels has ${data.length} bytes`,
    expected: 'width × height × channels of them, and 1, 3 or 4 channels',
  })
}
