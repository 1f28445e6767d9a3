import { Generator, valueAndGrads } from '@dl/core'
import {
  conv2d,
  depthwiseConv2d,
  mul,
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
 * Holds the gradients of Σ conv(x, filter) · weights to its differences. As the sum is linear in
 * each of the two, the difference from 0 to 1 in one number is that number's gradient.
 */
async function expectDifferences(conv: Convolution, shapeX: Shape, shapeFilter: Shape) {
  const [x, filter] = [numbers(shapeX), numbers(shapeFilter)]
  const shape = tidy(() => conv(tensor4d(x, shapeX), tensor4d(filter, shapeFilter)).shape)
  const weights = numbers(shape)
  const loss = (x: number[], filter: number[]) =>
    tidy(() => {
      const y = conv(tensor4d(x, shapeX), tensor4d(filter, shapeFilter))
      return sum(mul(y, tensor4d(weights, shape)))
    })
  const differences = async (length: number, at: (basis: number[]) => ReturnType<typeof loss>) => {
    const wanted: number[] = []
    for (let i = 0; i < length; i++) {
      const value = at(new Array(length).fill(0).with(i, 1))
      wanted.push((await value.data())[0]!)
      value.dispose()
    }
    return wanted
  }
  const inputs = [tensor4d(x, shapeX), tensor4d(filter, shapeFilter)] as const
  const w = tensor4d(weights, shape)
  const step = valueAndGrads(() => sum(mul(conv(...inputs), w)), inputs)
  const [ofX, ofFilter] = await Promise.all(step.grads.map(grad => grad!.data()))
  step.dispose()
  for (const tensor of [...inputs, w]) tensor.dispose()
  const wantedX = await differences(x.length, basis => loss(basis, filter))
  const wantedFilter = await differences(filter.length, basis => loss(x, basis))
  wantedX.forEach((value, i) => {
    expect(ofX![i], `x ${i}`).toBeCloseTo(value, 4)
  })
  wantedFilter.forEach((value, i) => {
    expect(ofFilter![i], `filter ${i}`).toBeCloseTo(value, 4)
  })
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
