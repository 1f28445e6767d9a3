import { toCanvas } from '@dl/vision'
import { expect, it } from 'vitest'

const image = { width: 1, height: 1, channels: 3, data: Uint8Array.of(1, 2, 3) }

const isPage = typeof document !== 'undefined'

it('says that there is no page', ({ skip }) => {
  skip(isPage, 'this is a page')
  expect(() => toCanvas(image)).toThrow(/^there is no page to draw on; expected a browser/)
})

it('draws on a canvas, which takes on its size', ({ skip }) => {
  skip(!isPage, 'only pages have canvases')
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

it('refuses a canvas that is used for WebGL', ({ skip }) => {
  skip(!isPage, 'only pages have canvases')
  const canvas = document.createElement('canvas')
  canvas.getContext('webgl2')
  expect(() => toCanvas(image, canvas)).toThrow(/^the canvas gives no 2-D context/)
})
