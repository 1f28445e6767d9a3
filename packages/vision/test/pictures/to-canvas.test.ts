import { toCanvas } from '@dl/vision'
import { expect, it } from 'vitest'

const image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) }

it.skipIf(typeof document !== 'undefined')('says that there is no page', () => {
  expect(() => toCanvas(image)).toThrow(/^there is no page to draw on; expected a browser/)
})

it.skipIf(typeof document === 'undefined')('draws on a canvas, which takes on its size', () => {
  const rgb = { width: 2, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3, 4, 5, 6) }
  const canvas = toCanvas(rgb)
  const pixels = () => [
    ...canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data,
  ]
  expect(pixels()).toEqual([1, 2, 3, 255, 4, 5, 6, 255])
  const grey = { width: 1, height: 2, channels: 1, data: Uint8Array.of(7, 8) }
  expect(toCanvas(grey, canvas)).toBe(canvas)
  expect(pixels()).toEqual([7, 7, 7, 255, 8, 8, 8, 255])
  toCanvas({ width: 1, height: 1, channels: 4, data: Uint8Array.of(255, 0, 0, 0) }, canvas)
  expect(pixels()[3]).toBe(0)
})

it.skipIf(typeof document === 'undefined')('refuses a canvas that is used for WebGL', () => {
  const canvas = document.createElement('canvas')
  canvas.getContext('webgl2')
  expect(() => toCanvas(image, canvas)).toThrow(/^the canvas gives no 2-D context/)
})
