import { DlError, valueAndGrads } from '@dl/core'
import {
  AdaptiveAvgPool2d,
  AdaptiveConcatPool2d,
  AdaptiveMaxPool2d,
  AvgPool2d,
  type AvgPoolOptions,
  adaptiveMaxPool2d,
  avgPool2d,
  MaxPool2d,
  type Module,
  maxPool2d,
  type Pair,
} from '@dl/layers'
import { dispose, relu, sum, tensor, tidy, zeros } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { type Golden, hashed, readFixture } from '../../../scripts/golden'
import { expectLayer } from './golden-layer'

interface Case {
  layer: keyof typeof kinds
  shape: number[]
  size: Pair
  options: AvgPoolOptions
  results: Record<string, Golden>
}

const kinds: Record<string, new (size: Pair, options: AvgPoolOptions) => Module> = {
  MaxPool2d,
  AvgPool2d,
  AdaptiveMaxPool2d,
  AdaptiveAvgPool2d,
  AdaptiveConcatPool2d,
}

// half of the values are zeros, so many windows have several maxima: the first gets the gradient
it.each(readFixture<Case[]>(import.meta.url, 'pools'))(
  '$layer is PyTorch’s for $shape, size $size, $options',
  async ({ layer, shape, size, options, results }) => {
    const pool = new kinds[layer]!(size, options)
    const x = tidy(() => relu(hashed(1, shape)))
    await expectLayer(pool, x, results)
    x.dispose()
  },
)

it('passes the gradient of equal maxima in windows that overlap to the first in reading order', async () => {
  const x = tensor([0, 1, 0, 1, 0, 0, 0, 0, 0], [1, 3, 3, 1])
  const step = valueAndGrads(() => sum(adaptiveMaxPool2d(x, 2)), [x])
  // as PyTorch: of the window at the top left, the 1 of the first row
  expect([...(await step.grads[0]!.data())]).toEqual([0, 2, 0, 1, 1, 0, 0, 0, 0])
  step.dispose()
  x.dispose()
})

it('prints its options', () => {
  expect(String(new MaxPool2d(2))).toBe('MaxPool2d(2, stride=2)')
  const asymmetric = new AvgPool2d([3, 2], { stride: 1, padding: [1, 0], countIncludePad: false })
  expect(String(asymmetric)).toBe(
    'AvgPool2d([3, 2], stride=1, padding=[1, 0], countIncludePad=false)',
  )
  expect(String(new AdaptiveMaxPool2d([2, 3]))).toBe('AdaptiveMaxPool2d([2, 3])')
})

it.each<[string, () => unknown, string]>([
  [
    'window',
    () => new MaxPool2d(0),
    'MaxPool2d got kernelSize 0; expected an integer of at least 1',
  ],
  [
    'stride',
    () => new MaxPool2d(2, { stride: 0.5 }),
    'MaxPool2d got stride 0.5; expected an integer',
  ],
  [
    'padding',
    () => new AvgPool2d(3, { padding: 2 }),
    'AvgPool2d got padding 2 for a window of 3; expected at most half the window.',
  ],
  [
    'size',
    () => new AdaptiveAvgPool2d([1, 0]),
    'AdaptiveAvgPool2d got size [1, 0]; expected an integer',
  ],
])('complains about a wrong %s', (_, make, message) => {
  expect(make).toThrow(message)
  expect(make).toThrow(DlError)
})

it('complains about what is no batch of maps, or smaller than the window', () => {
  const [vector, map] = [zeros([2, 3]), zeros([1, 2, 5, 3])]
  expect(() => maxPool2d(vector, 2)).toThrow(
    'maxPool2d got an input of shape [2, 3]; expected [batch, height, width, channels].',
  )
  expect(() => avgPool2d(map, 3)).toThrow(
    'avgPool2d got a map of [2, 5] with its padding; expected at least its window, [3, 3].',
  )
  expect(() => adaptiveMaxPool2d(vector)).toThrow('adaptiveMaxPool2d got an input of shape [2, 3]')
  dispose([vector, map])
})

it.each(Object.entries(kinds))(
  '%s complains about integers and maps without a pixel',
  (_, Kind) => {
    const [bytes, nothing] = [zeros([1, 4, 4, 3], 'int32'), zeros([1, 0, 4, 3])]
    const pool = new Kind(2, {})
    expect(() => pool.call(bytes)).toThrow('got an input of int32 [1, 4, 4, 3]; expected float32.')
    expect(() => pool.call(nothing)).toThrow(DlError)
    expect(() => pool.call(nothing)).toThrow(
      /got maps of shape \[1, 0, 4, 3\], without a pixel|got a map of \[0, 4\] with its padding/,
    )
    dispose([bytes, nothing])
  },
)

it.each(Object.entries(kinds))('%s takes an empty batch', (_, Kind) => {
  const empty = zeros([0, 4, 4, 3])
  const y = new Kind(2, {}).call(empty)
  expect(y.shape.slice(0, 3)).toEqual([0, 2, 2])
  dispose([empty, y])
})
