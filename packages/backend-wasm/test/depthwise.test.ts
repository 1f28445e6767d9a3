import { depthwiseConv2d, fused, type Tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { anySpec, attrsOf, check, type Spec, spec } from './conv-reference'
import {
  expectLikeCpu,
  fallbacksOf,
  floats,
  results,
  runKernel,
  useWasm,
  type Value,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

const each = (image: number[], filter: number[], rest: Partial<Spec> = {}) =>
  spec(image, filter, { ...rest, depthwise: true })

describe('DepthwiseConv2dNative and its gradients', () => {
  it.each<[string, Spec]>([
    ['3×3', each([2, 9, 7, 8], [3, 3, 8, 1], { pad: [1, 1, 1, 1] })],
    ['3×3, stride 2', each([2, 9, 8, 4], [3, 3, 4, 1], { strides: [2, 2], pad: [1, 1, 1, 1] })],
    ['3×3, dilation 2', each([2, 9, 8, 4], [3, 3, 4, 2], { dilations: [2, 2] })],
    [
      'stride and dilation',
      each([1, 12, 13, 4], [3, 2, 4, 1], { strides: [2, 3], dilations: [3, 2] }),
    ],
    ['three outputs a channel', each([2, 7, 6, 5], [3, 3, 5, 3], { pad: [1, 1, 1, 1] })],
    ['four outputs a channel', each([2, 7, 6, 3], [3, 3, 3, 4], { strides: [2, 2] })],
    ['strides beyond the filter', each([2, 11, 10, 3], [2, 2, 3, 1], { strides: [4, 3] })],
    ['a filter larger than the image', each([2, 2, 3, 4], [5, 7, 4, 1], { pad: [2, 2, 3, 3] })],
    ['padding beyond the filter', each([1, 3, 4, 2], [2, 2, 2, 1], { pad: [4, 3, 5, 2] })],
    ['cropping', each([1, 6, 7, 2], [2, 2, 2, 1], { pad: [-1, 1, 0, -2] })],
    ['one pixel', each([1, 1, 1, 1], [1, 1, 1, 1])],
    ['an empty batch', each([0, 5, 5, 4], [3, 3, 4, 2])],
    ['no channels', each([2, 5, 5, 0], [3, 3, 0, 1])],
    ['no outputs', each([2, 2, 2, 4], [3, 3, 4, 1])],
    ['many rows', each([5, 23, 9, 37], [3, 3, 37, 1], { pad: [1, 1, 1, 1] })],
  ])('%s', (_, spec) => check(spec))

  it.each([1, 3, 4, 5, 15, 16, 17, 20, 33])('%i channels', async channels => {
    for (const times of [1, 2]) {
      await check(each([2, 5, 4, channels], [3, 2, channels, times], { pad: [1, 1, 0, 1] }))
    }
  })

  it('any shape', async () => {
    for (let i = 0; i < 60; i++) await check(anySpec(true))
  })
})

describe('depthwiseConv2d', () => {
  it.each(['same', 'valid', 0, 2] as const)('with pad %s, as tfjs-cpu does', async pad => {
    for (const strides of [1, 2, 3]) {
      await expectLikeCpu(
        (x, w) => depthwiseConv2d(x as never, w as never, strides, pad),
        [floats(2, 8, 7, 5), floats(3, 3, 5, 2)],
      )
    }
  })

  it('knows no NCHW', () => {
    const run = (x: Tensor, w: Tensor) => depthwiseConv2d(x as never, w as never, 1, 'same', 'NCHW')
    expect(() => results(run, [floats(2, 5, 7, 6), floats(3, 3, 5, 1)])).toThrow(
      'DepthwiseConv2dNative got images as NCHW; expected NHWC.',
    )
  })

  it('says that a gradient has the wrong shape', () => {
    const attrs = { ...attrsOf(each([], [])), filterShape: [3, 3, 4, 1] }
    const run = (x: Tensor, dy: Tensor) =>
      runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, attrs)
    expect(() => results(run, [floats(1, 5, 5, 4), floats(1, 3, 4, 4)])).toThrow(
      /got dy as float32 \[1, 3, 4, 4\]; expected float32 \[1, 3, 3, 4\]/,
    )
  })
})

describe('fused.depthwiseConv2d', () => {
  it.each(['linear', 'relu', 'relu6', 'sigmoid', 'elu'] as const)(
    'adds a bias, then %s',
    async activation => {
      const run = (x: Tensor, filter: Tensor, bias?: Tensor) =>
        fused.depthwiseConv2d({
          ...{ x: x as never, filter: filter as never, strides: 2, pad: 'same', activation, bias },
        })
      const inputs: Value[] = [floats(2, 5, 6, 3), floats(3, 3, 3, 2), floats(6)]
      await expectLikeCpu(run, inputs)
      expect(fallbacksOf(backend, () => results(run, inputs))).toEqual([])
    },
  )
})
