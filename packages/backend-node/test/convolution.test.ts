/**
 * Convolutions and pools in random geometries against tfjs's CPU backend. Their gradients are held
 * to what a gradient of something linear is: ⟨dy, conv(x, f)⟩ = ⟨x, toImage(dy)⟩ = ⟨f, toFilter(dy)⟩.
 */
import { Generator } from '@dl/core'
import {
  avgPool,
  conv2d,
  depthwiseConv2d,
  dispose,
  engine,
  maxPool,
  mul,
  setBackend,
  sum,
  type Tensor,
  type Tensor4D,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { relativeError } from '../../../scripts/golden'

type Pads = [[number, number], [number, number], [number, number], [number, number]]

const random = new Generator(2017)
const draw = (...choices: number[]) => choices[random.int(choices.length)]!
const normal = (shape: number[]): Tensor4D => {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    random.uniform(size, -1, 1) as Float32Array,
    shape as [number, number, number, number],
  )
}

const geometries = Array.from({ length: 12 }, () => {
  const dilations = [draw(1, 2, 3), draw(1, 2)] as [number, number]
  const undilated = dilations.every(n => n === 1)
  const pad: Pads = [
    [0, 0],
    [draw(0, 1, 2), draw(0, 1)],
    [draw(0, 1), draw(0, 1, 3)],
    [0, 0],
  ]
  return {
    x: [draw(1, 2), draw(7, 8, 9), draw(7, 10), draw(1, 3)] as [number, number, number, number],
    filter: [draw(1, 2, 3), draw(1, 2, 3), draw(1, 4)],
    strides: (undilated ? [draw(1, 2, 3), draw(1, 2)] : [1, 1]) as [number, number],
    ...{ dilations, pad },
  }
})

/** The same on tfjs's CPU backend. */
async function expectAsOnCpu(run: () => Tensor): Promise<void> {
  const here = run()
  await setBackend('cpu')
  const there = run()
  const [actual, expected] = [await here.data(), await there.data()]
  await setBackend('node')
  expect(here.shape).toEqual(there.shape)
  expect(relativeError(actual, expected)).toBeLessThan(1e-5)
  dispose([here, there])
}

describe.each(geometries)(
  '$x, filter $filter, /$strides, dilated $dilations, padded $pad',
  spec => {
    const { strides, dilations, pad } = spec
    const [height, width, outputs] = spec.filter as [number, number, number]
    const channels = spec.x[3]!

    it.each([
      ['Conv2D', outputs],
      ['DepthwiseConv2dNative', 2],
    ] as const)('%s and its gradients', async (name, last) => {
      const convolve = name === 'Conv2D' ? conv2d : depthwiseConv2d
      const [x, filter] = [normal(spec.x), normal([height, width, channels, last])]
      await expectAsOnCpu(() => convolve(x, filter, strides, pad, 'NHWC', dilations, 'floor'))
      const y = convolve(x, filter, strides, pad, 'NHWC', dilations, 'floor')
      const dy = normal(y.shape)
      const attrs = { strides, pad, dilations, dimRoundingMode: 'floor', dataFormat: 'NHWC' }
      const gradient = (to: string, inputs: object, more: object) =>
        engine().runKernel(
          `${name}Backprop${to}`,
          inputs as never,
          {
            ...attrs,
            ...more,
          } as never,
        ) as Tensor
      const dx = gradient('Input', { dy, filter }, { inputShape: x.shape })
      const df = gradient('Filter', { x, dy }, { filterShape: filter.shape })
      const products = tidy(() => [mul(dy, y), mul(x, dx), mul(filter, df)].map(p => sum(p)))
      const [whole, ofImage, ofFilter] = await Promise.all(
        products.map(async p => (await p.data())[0]!),
      )
      expect(ofImage).toBeCloseTo(whole!, 3)
      expect(ofFilter).toBeCloseTo(whole!, 3)
      dispose([x, filter, y, dy, dx, df, products])
    })

    // windows that lie in the padding alone are refused by PyTorch, and tfjs's backends differ
    it.each([
      ['floor', 1],
      ['ceil', 0],
      ['round', 0],
    ] as const)('pools, sizes by %s, padded %i', async (mode, n) => {
      const x = normal(spec.x)
      const around: Pads = [
        [0, 0],
        [n, 0],
        [n, n],
        [0, 0],
      ]
      for (const pool of [maxPool, avgPool]) {
        await expectAsOnCpu(() => pool(x, [height + 1, width + 1], [1, 2], around as never, mode))
      }
      x.dispose()
    })
  },
)
