import { DlError } from '@dl/core'
import type { PixelImage } from '../pixel-image'
import { checkImage } from './check-image'

/**
 * Draws a picture on a canvas of a page, which takes on its size; without one a new canvas is made.
 *
 * ```ts
 * document.body.append(toCanvas(overlay(image, map)))
 * ```
 *
 * @throws DlError `bad-image`; `no-canvas` where there is no page, or the canvas is used for WebGL
 */
export function toCanvas(image: PixelImage, canvas?: HTMLCanvasElement): HTMLCanvasElement {
  checkImage(image)
  const { width, height, channels, data } = image
  const target = canvas ?? globalThis.document?.createElement('canvas')
  const context = target?.getContext('2d')
  if (!context) {
    throw new DlError('no-canvas', {
      problem: target ? 'the canvas gives no 2-D context' : 'there is no page to draw on',
      expected: target ? 'one that is not used for WebGL' : 'a browser',
      fix: 'encodePng() makes a file of a picture anywhere.',
    })
  }
  const pixels = new Uint8ClampedArray(width * height * 4)
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 3; c++) {
      pixels[4 * pixel + c] = data[pixel * channels + (channels === 1 ? 0 : c)]!
    }
    pixels[4 * pixel + 3] = channels === 4 ? data[4 * pixel + 3]! : 255
  }
  target.width = width
  target.height = height
  context.putImageData(new ImageData(pixels, width, height), 0, 0)
  return target
}
