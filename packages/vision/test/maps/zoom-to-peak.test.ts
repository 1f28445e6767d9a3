import { holdings } from '@dl/core'
import { AdaptiveAvgPool2d, AdaptiveMaxPool2d, Conv2d, Flatten, Sequential } from '@dl/layers'
import { classActivationMap, type PixelImage, peakOf, zoomToPeak } from '@dl/vision'
import { div, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'

let model: Sequential

/** Scores are the mean red and the mean green of a picture. */
const redOrGreen = (pool = new AdaptiveAvgPool2d()) => {
  const net = new Sequential(new Conv2d(3, 2, 1, { bias: false }), pool, new Flatten())
  const state = { '0.weight': tensor([8, 0, 0, 0, 8, 0], [2, 3, 1, 1]) }
  net.loadStateDict(state)
  state['0.weight'].dispose()
  return net
}

beforeEach(() => {
  model = redOrGreen()
})
afterEach(() => model.dispose())

const prepare = ({ data, height, width }: PixelImage) =>
  tidy(() => div(tensor(data, [1, height, width, 3], 'float32'), 255))

const map = (x: Tensor) => classActivationMap(model, x, { layer: '0' })

/** Faintly green all over, with a red spot. */
function picture(width: number, height: number, x: number, y: number): PixelImage {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) data[3 * i + 1] = 10
  data.set([255, 0, 0], 3 * (y * width + x))
  return { width, height, channels: 3, data }
}

it('finds what is too small to be seen in the whole picture', async () => {
  const image = picture(40, 20, 30, 9)
  const {
    box,
    crop,
    whole,
    zoomed,
    map: rows,
  } = await zoomToPeak(image, model, {
    prepare,
    map,
    fraction: 0.2,
  })
  expect([rows.length, rows[0]!.length]).toEqual([20, 40])
  expect(box).toEqual({ x: 29, y: 8, width: 4, height: 4 })
  expect([crop.width, crop.height, crop.channels, crop.data.length]).toEqual([4, 4, 3, 48])
  expect([...crop.data.subarray(15, 18)]).toEqual([255, 0, 0])
  expect([whole.class, zoomed.class]).toEqual([1, 0])
  expect(whole.probabilities[0]! + whole.probability).toBeCloseTo(1, 5)
  expect(zoomed.probability).toBeGreaterThan(0.5)
})

it.each([
  [0, 0, { x: 0, y: 0 }],
  [39, 0, { x: 30, y: 0 }],
  [0, 19, { x: 0, y: 10 }],
  [39, 19, { x: 30, y: 10 }],
])('stays within the picture for a peak at %i, %i', async (x, y, corner) => {
  const { box } = await zoomToPeak(picture(40, 20, x, y), model, { prepare, map })
  expect(box).toEqual({ ...corner, width: 10, height: 10 })
})

it('takes a second net for the part, and all of the picture at most', async () => {
  const second = redOrGreen(new AdaptiveMaxPool2d())
  const square = picture(12, 12, 3, 3)
  const { crop, whole, zoomed } = await zoomToPeak(square, model, {
    ...{ prepare, map, second },
    fraction: 1,
  })
  expect(crop).toEqual(square)
  expect([whole.class, zoomed.class]).toEqual([1, 0])
  second.dispose()
})

it('cuts out the middle where the map is flat', async () => {
  const image = { ...picture(9, 9, 0, 0), data: new Uint8Array(243) }
  const { box } = await zoomToPeak(image, model, { prepare, map, fraction: 1 / 3 })
  expect(box).toEqual({ x: 3, y: 3, width: 3, height: 3 })
})

it('refuses wrong input and keeps nothing', async () => {
  const before = holdings()
  const image = picture(9, 9, 0, 0)
  for (const fraction of [0, 1.1, Number.NaN]) {
    const zoom = zoomToPeak(image, model, { prepare, map, fraction })
    await expect(zoom).rejects.toThrow(`fraction is ${fraction}; expected a number above 0`)
  }
  await expect(zoomToPeak({ ...image, width: 8 }, model, { prepare, map })).rejects.toThrow(
    '8 × 9 pixels and 3 channels has 243 bytes',
  )
  const layer = (x: Tensor) => classActivationMap(model, x, { layer: '3' })
  await expect(zoomToPeak(image, model, { prepare, map: layer })).rejects.toThrow("no module '3'")
  expect(holdings()).toEqual(before)
})

it('finds the first of several peaks', () => {
  expect(peakOf([[1, 2, 2]])).toEqual({ x: 0.5, y: 0.5 })
  expect(peakOf([[0], [0], [3], [3]])).toEqual({ x: 0.5, y: 0.625 })
  expect(peakOf([[-2, -3]])).toEqual({ x: 0.25, y: 0.5 })
  expect(() => peakOf([])).toThrow('the map has rows of nothing')
})
