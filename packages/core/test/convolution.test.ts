import { Generator, valueAndGrads } from '@dl/core'
import {
  conv2d,
  depthwiseConv2d,
  dispose,
  mul,
  stack,
  sum,
  type Tensor4D,
  tensor4d,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

type Convolution = (x: Tensor4D, filter: Tensor4D) => Tensor4D
type Pad = Parameters<typeof conv2d>[3]
type Shape = [number, number, number, number]

const generator = new Generator(7)
const numbers = (shape: Shape): number[] => [
  ...generator.normal(shape.reduce((size, n) => size * n, 1)),
]

/**
 * Holds the gradients of Σ conv(x, filter) · weights to its differences in a few directions. As the
 * sum is linear in each of the two, it is itself the difference along what is put in their place.
 */
async function expectDifferences(conv: Convolution, shapeX: Shape, shapeFilter: Shape) {
  const [x, filter] = [shapeX, shapeFilter].map(shape => tensor4d(numbers(shape), shape)) as [
    Tensor4D,
    Tensor4D,
  ]
  const weights = tidy(() => {
    const { shape } = conv(x, filter)
    return tensor4d(numbers(shape), shape)
  })
  const loss = (x: Tensor4D, filter: Tensor4D) => sum(mul(conv(x, filter), weights))
  const step = valueAndGrads(() => loss(x, filter), [x, filter])
  const [ofX, ofFilter] = step.grads
  for (let i = 0; i < 3; i++) {
    const differences = tidy(() => {
      const [alongX, alongFilter] = [shapeX, shapeFilter].map(shape =>
        tensor4d(numbers(shape), shape),
      ) as [Tensor4D, Tensor4D]
      return stack([
        ...[loss(alongX, filter), sum(mul(ofX!, alongX))],
        ...[loss(x, alongFilter), sum(mul(ofFilter!, alongFilter))],
      ])
    })
    const [wantedX, gotX, wantedFilter, gotFilter] = await differences.data()
    expect(gotX).toBeCloseTo(wantedX!, 3)
    expect(gotFilter).toBeCloseTo(wantedFilter!, 3)
    differences.dispose()
  }
  step.dispose()
  dispose([x, filter, weights])
}

const cases: [dilations: [number, number], pad: Pad, filter: [number, number]][] = [
  [[2, 2], 'valid', [3, 3]],
  [[2, 2], 'same', [3, 3]],
  [[3, 2], 'same', [2, 3]],
  [[1, 2], 1, [3, 3]],
  [
    [2, 1],
    [
      [0, 0],
      [3, 0],
      [1, 2],
      [0, 0],
    ],
    [2, 2],
  ],
  [[2, 2], 'same', [1, 1]],
]

describe.each(cases)('dilated by %j, padded %j, filter %j', (dilations, pad, [height, width]) => {
  it('conv2d has the right gradients', async () => {
    await expectDifferences(
      (x, filter) => conv2d(x, filter, 1, pad, 'NHWC', dilations),
      [2, 6, 5, 2],
      [height, width, 2, 3],
    )
  })

  it.each([1, 2])('depthwiseConv2d with %i outputs a channel has', async times => {
    await expectDifferences(
      (x, filter) => depthwiseConv2d(x, filter, 1, pad, 'NHWC', dilations),
      [2, 6, 5, 3],
      [height, width, 3, times],
    )
  })
})

describe('without dilation', () => {
  it.each([1, 2])('conv2d with stride %i has the right gradients', async stride => {
    await expectDifferences(
      (x, filter) => conv2d(x, filter, stride, 'same'),
      [2, 5, 6, 2],
      [3, 2, 2, 3],
    )
  })

  it('sizes that are rounded up are so in the gradient too', async () => {
    await expectDifferences(
      (x, filter) => conv2d(x, filter, 2, 0, 'NHWC', [1, 1], 'ceil'),
      [1, 6, 6, 1],
      [3, 3, 1, 2],
    )
    await expectDifferences(
      (x, filter) => depthwiseConv2d(x, filter, 2, 0, 'NHWC', [1, 1], 'ceil'),
      [1, 6, 6, 2],
      [3, 3, 2, 1],
    )
  })
})
