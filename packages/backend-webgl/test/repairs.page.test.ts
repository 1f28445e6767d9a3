import { valueAndGrads } from '@dl/core'
import {
  conv2d,
  exp,
  fused,
  maxPool,
  mul,
  sum,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Shape = [number, number, number, number]

const count = (shape: Shape) => shape.reduce((size, n) => size * n, 1)
const values = (length: number, shift: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(i + shift))

/** Both the image and the filter come out of a program that leaves 1 beyond the edges. */
describe('a convolution with a filter of 1 × 1, of an odd number of channels', () => {
  const kinds = {
    conv2d: (x: Tensor4D, filter: Tensor4D) => conv2d(x, filter, 1, 'valid'),
    'fused.conv2d': (x: Tensor4D, filter: Tensor4D) =>
      fused.conv2d({ x, filter, strides: 1, pad: 'valid' }),
  }

  describe.each(Object.entries(kinds))('%s', (_, convolve) => {
    it.each<[Shape, number]>([
      [[1, 7, 8, 5], 33],
      [[3, 9, 11, 7], 33],
      [[1, 5, 5, 67], 2],
      [[5, 1, 1, 67], 33],
      [[2, 6, 7, 8], 33],
    ])('%j → %i', async (shape, outputs) => {
      const channels = shape[3]
      const [image, weights] = [values(count(shape), 1), values(channels * outputs, 2)]
      const made = tidy(() =>
        convolve(exp(tensor4d(image, shape)), exp(tensor4d(weights, [1, 1, channels, outputs]))),
      )
      const got = await made.data()
      const expected = Float32Array.from(
        { length: (image.length / channels) * outputs },
        (_, at) => {
          const pixel = Math.floor(at / outputs) * channels
          let total = 0
          for (let i = 0; i < channels; i++) {
            total += Math.exp(image[pixel + i]!) * Math.exp(weights[i * outputs + (at % outputs)]!)
          }
          return total
        },
      )
      expect(got.length).toBe(expected.length)
      expect(Math.max(...got.map((x, i) => Math.abs(x / expected[i]! - 1)))).toBeLessThan(1e-5)
      made.dispose()
    })
  })
})

describe('the gradient of a maximum that several values share', () => {
  it.each<[Shape, [number, number], [number, number], [number, number]]>([
    [
      [2, 4, 6, 3],
      [2, 2],
      [2, 2],
      [0, 0],
    ],
    [
      [1, 7, 8, 3],
      [3, 3],
      [2, 2],
      [1, 1],
    ],
    [
      [2, 6, 5, 2],
      [2, 3],
      [1, 2],
      [1, 0],
    ],
    [
      [1, 8, 7, 2],
      [2, 2],
      [3, 3],
      [0, 0],
    ],
    [
      [2, 5, 4, 3],
      [5, 4],
      [5, 4],
      [0, 0],
    ],
  ])(
    'goes to the first: %j, window %j, strides %j, padding %j',
    async (shape, window, strides, pads) => {
      const [images, height, width, channels] = shape
      // three different values, so that hardly a window has one largest
      const image = values(count(shape), 1).map(x => Math.floor(1.5 * x))
      const sizes = [0, 1].map(
        axis =>
          Math.floor((shape[axis + 1]! + 2 * pads[axis]! - window[axis]!) / strides[axis]!) + 1,
      ) as [number, number]
      const flow: Shape = [images, ...sizes, channels]
      const flows = values(count(flow), 2)
      const expected = new Float32Array(image.length)
      flows.forEach((dy, at) => {
        const [channel, column] = [at % channels, Math.floor(at / channels) % sizes[1]]
        const row = Math.floor(at / channels / sizes[1]) % sizes[0]
        const item = Math.floor(at / channels / sizes[1] / sizes[0])
        let first = -1
        for (let i = 0; i < window[0] * window[1]; i++) {
          const y = row * strides[0] - pads[0] + Math.floor(i / window[1])
          const x = column * strides[1] - pads[1] + (i % window[1])
          if (y < 0 || x < 0 || y >= height || x >= width) continue
          const pixel = ((item * height + y) * width + x) * channels + channel
          if (first < 0 || image[pixel]! > image[first]!) first = pixel
        }
        expected[first]! += dy
      })
      const [x, weights] = [tensor4d(image, shape), tensor4d(flows, flow)]
      const [top, left] = pads
      const step = valueAndGrads(() => {
        const y = maxPool(
          x,
          window,
          strides,
          [
            [0, 0],
            [top, top],
            [left, left],
            [0, 0],
          ],
          'floor',
        )
        return sum(mul(y, weights))
      }, [x])
      const got = await step.grads[0]!.data()
      got.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 5)
      })
      step.dispose()
      x.dispose()
      weights.dispose()
    },
  )
})
