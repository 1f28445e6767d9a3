import { DlError, showValue } from '@dl/core'
import type { PixelImage } from '../pixel-image'

/** Complains about what is no picture, or has more or fewer bytes than its sizes say. */
export function checkImage(image: PixelImage): void {
  if (typeof image !== 'object' || !(image?.data instanceof Uint8Array)) {
    throw new DlError('bad-image', {
      problem: `a picture is ${showValue(image)}`,
      expected: '{ width, height, channels, data } with the data in a Uint8Array',
      fix: 'readImage() and decodeImage() make one of a file.',
    })
  }
  const { width, height, channels, data } = image
  const isSized = [width, height].every(size => Number.isInteger(size) && size > 0)
  if (isSized && [1, 3, 4].includes(channels) && data.length === width * height * channels) return
  throw new DlError('bad-image', {
    problem: `a picture of ${width} × ${height} pixels and ${channels} channels has ${data.length} bytes`,
    expected: 'width × height × channels of them, and 1, 3 or 4 channels',
  })
}
