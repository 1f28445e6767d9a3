import { Generator, valueAndGrads } from '@dl/core'
import {
  add,
  avgPool,
  dispose,
  maxPool,
  mul,
  stack,
  sub,
  sum,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Pad = Parameters<typeof maxPool>[3]
interface Case {
  size: [number, number]
  window: [number, number]
  strides: [number, number]
  pad: Pad
  rounding?: 'floor' | 'ceil'
}

const around = (y: [number, number], x: [number, number]): Pad => [[0, 0], y, x, [0, 0]]
const cases: Case[] = [
  { size: [6, 6], window: [2, 3], strides: [2, 3], pad: 'valid' },
  { size: [7, 8], window: [3, 2], strides: [2, 3], pad: 'valid' },
  { size: [5, 7], window: [3, 3], strides: [2, 2], pad: 'same' },
  { size: [6, 5], window: [3, 2], strides: [1, 1], pad: 'same' },
  {
    size: [7, 6],
    window: [3, 3],
    strides: [2, 2],
    pad: around([1, 1], [1, 0]),
    rounding: 'floor',
  },
  { size: [6, 5], window: [3, 2], strides: [2, 2], pad: around([0, 0], [0, 0]), rounding: 'ceil' },
  { size: [4, 4], window: [2, 2], strides: [2, 2], pad: 1, rounding: 'floor' },
]

describe.each(Object.entries({ maxPool, avgPool }))('the gradient of %s', (_, pool) => {
  it.each(cases)('is its difference for $size, window $window, $strides, $pad', async spec => {
    const { size, window, strides, pad, rounding } = spec
    const generator = new Generator(7)
    const shape: [number, number, number, number] = [2, ...size, 2]
    const count = shape.reduce((product, n) => product * n, 1)
    // all values are apart by 1 and move by less than half of that: every maximum stays where it is
    const values = Float32Array.from({ length: count }, (_, i) => (i * 37) % (count + 1))
    const moves = generator.uniform(count, -0.4, 0.4)
    const x = tensor4d(values, shape)
    const direction = tensor4d(moves, shape)
    const pooled = (image: Tensor4D) => pool(image, window, strides, pad, rounding)
    const weights = tidy(() => {
      const y = pooled(x)
      return tensor4d(generator.normal(y.size), y.shape)
    })
    const loss = (image: Tensor4D) => sum(mul(pooled(image), weights))
    const step = valueAndGrads(() => loss(x), [x])
    const ends = tidy(() =>
      stack([sub(loss(add(x, direction)), step.value), sum(mul(step.grads[0]!, direction))]),
    )
    const [wanted, got] = await ends.data()
    expect(got).toBeCloseTo(wanted!, 3)
    step.dispose()
    dispose([x, direction, weights, ends])
  })
})
