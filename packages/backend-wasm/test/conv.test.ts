import { conv2d, fused, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { anySpec, attrsOf, check, type Spec, spec } from './conv-reference'
import {
  expectLikeCpu,
  fallbacksOf,
  floats,
  ints,
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

describe('Conv2D and its gradients', () => {
  it.each<[string, Spec]>([
    ['1×1', spec([2, 5, 7, 6], [1, 1, 6, 9])],
    ['1×1, stride 2', spec([2, 5, 7, 6], [1, 1, 6, 9], { strides: [2, 2] })],
    ['1×1, padded', spec([2, 5, 7, 6], [1, 1, 6, 9], { pad: [1, 0, 0, 2] })],
    ['1×1, cropped', spec([2, 5, 7, 6], [1, 1, 6, 9], { pad: [-1, 1, 2, -2] })],
    ['3×3', spec([2, 9, 7, 8], [3, 3, 8, 16], { pad: [1, 1, 1, 1] })],
    ['3×3, stride 2', spec([2, 9, 8, 4], [3, 3, 4, 8], { strides: [2, 2], pad: [1, 1, 1, 1] })],
    ['3×3, dilation 2', spec([2, 9, 8, 4], [3, 3, 4, 8], { dilations: [2, 2], pad: [2, 2, 2, 2] })],
    [
      'stride and dilation',
      spec([1, 12, 13, 4], [3, 2, 4, 5], { strides: [2, 3], dilations: [3, 2] }),
    ],
    [
      'equal stride and dilation',
      spec([1, 9, 9, 3], [3, 3, 3, 5], { strides: [2, 2], dilations: [2, 2] }),
    ],
    ['strides beyond the filter', spec([2, 11, 10, 3], [2, 2, 3, 4], { strides: [4, 3] })],
    ['strides beyond the image', spec([2, 3, 2, 3], [2, 2, 3, 4], { strides: [5, 5] })],
    ['a filter larger than the image', spec([2, 2, 3, 4], [5, 7, 4, 3], { pad: [2, 2, 3, 3] })],
    ['a first layer', spec([3, 16, 16, 3], [7, 7, 3, 16], { pad: [1, 1, 1, 1] })],
    [
      'a first layer, stride 2',
      spec([2, 17, 17, 3], [7, 7, 3, 8], { strides: [2, 2], pad: [3, 3, 3, 3] }),
    ],
    ['one channel', spec([2, 9, 9, 1], [5, 5, 1, 6], { pad: [2, 2, 2, 2] })],
    ['padding on one side', spec([1, 6, 6, 5], [3, 3, 5, 5], { pad: [0, 2, 3, 0] })],
    ['padding beyond the filter', spec([1, 3, 4, 2], [2, 2, 2, 3], { pad: [4, 3, 5, 2] })],
    ['one pixel', spec([1, 1, 1, 1], [1, 1, 1, 1])],
    ['one column', spec([3, 9, 1, 4], [3, 1, 4, 4])],
    ['an empty batch', spec([0, 5, 5, 4], [3, 3, 4, 8])],
    ['no input channels', spec([2, 5, 5, 0], [3, 3, 0, 8])],
    ['no output channels', spec([2, 5, 5, 4], [3, 3, 4, 0])],
    ['no taps', spec([2, 5, 5, 4], [0, 3, 4, 8])],
    ['no outputs', spec([2, 2, 2, 4], [3, 3, 4, 8])],
    ['more than every block', spec([3, 19, 17, 60], [3, 3, 60, 13], { pad: [1, 1, 1, 1] })],
    ['more taps than a block', spec([1, 6, 5, 150], [2, 2, 150, 10], { strides: [2, 1] })],
    ['more elements than a block', spec([9, 8, 8, 40], [3, 3, 40, 9], { pad: [1, 1, 1, 1] })],
  ])('%s', (_, spec) => check(spec))

  it.each([1, 3, 4, 5, 7, 8, 9, 16, 17])('%i channels to any number', async channels => {
    for (const outputs of [1, 3, 4, 5, 7, 8, 9, 16, 17]) {
      await check(spec([1, 5, 4, channels], [3, 2, channels, outputs], { pad: [1, 1, 0, 1] }))
    }
  })

  it('any shape', async () => {
    for (let i = 0; i < 60; i++) await check(anySpec())
  })
})

const PADS = ['same', 'valid', 0, 2] as const

describe('conv2d', () => {
  it.each(PADS)('with pad %s, as tfjs-cpu does', async pad => {
    for (const strides of [1, 2, 3]) {
      await expectLikeCpu(
        (x, w) => conv2d(x as never, w as never, strides, pad),
        [floats(2, 8, 7, 5), floats(3, 3, 5, 6)],
      )
    }
  })

  it.each(['floor', 'round', 'ceil'] as const)('rounds sizes with %s', async mode => {
    const run = (x: Tensor, w: Tensor) => conv2d(x as never, w as never, 2, 1, 'NHWC', [1, 1], mode)
    await expectLikeCpu(run, [floats(2, 8, 7, 5), floats(4, 4, 5, 6)])
  })

  it('pads by a number on all sides, whatever the shape of the filter', () => {
    const [x, w] = [floats(1, 6, 6, 2), floats(1, 3, 2, 2)]
    const [byNumber] = results((x, w) => conv2d(x as never, w as never, 1, 1), [x, w])
    const explicit = attrsOf(spec([], [], { pad: [1, 1, 1, 1] }))
    const [bySides] = results((x, filter) => runKernel('Conv2D', { x, filter }, explicit), [x, w])
    expect(byNumber).toEqual(bySides)
    expect(byNumber!.shape).toEqual([1, 8, 6, 2])
  })

  it('leaves NCHW to tfjs', async () => {
    const run = (x: Tensor, w: Tensor) => conv2d(x as never, w as never, 1, 'same', 'NCHW')
    await expectLikeCpu(run, [floats(2, 5, 7, 6), floats(3, 3, 5, 4)])
  })

  it('gives the same bits twice', () => {
    const inputs = [floats(3, 9, 9, 20), floats(3, 3, 20, 17)]
    const once = () => results((x, w) => conv2d(x as never, w as never, 1, 'same'), inputs)
    expect(once()).toEqual(once())
  })
})

type Activation = Parameters<typeof fused.conv2d>[0]['activation']

describe('fused.conv2d', () => {
  const run =
    (activation: Activation, pad: 'same' | 'valid' = 'same') =>
    (x: Tensor, filter: Tensor, bias?: Tensor, slopes?: Tensor) =>
      fused.conv2d({
        ...{ x: x as never, filter: filter as never, strides: 1, pad, activation },
        ...{ bias, preluActivationWeights: slopes, leakyreluAlpha: 0.3 },
      })
  const [x, w] = [floats(2, 5, 6, 3), floats(3, 3, 3, 10)]

  it.each(['linear', 'relu', 'relu6', 'sigmoid', 'leakyrelu', 'elu'] as const)(
    'adds a bias, then %s',
    async activation => {
      const used = async (...inputs: Value[]) => {
        await expectLikeCpu(run(activation), inputs)
        return fallbacksOf(backend, () => results(run(activation), inputs))
      }
      expect(await used(x, w, floats(10))).toEqual([])
      expect(await used(x, w, floats(1))).toEqual([])
      expect(await used(x, w, floats(1, 1, 1, 10))).toEqual([])
      expect(await used(x, w)).toEqual([])
      await expectLikeCpu(run(activation), [x, floats(1, 1, 3, 9), floats(9)])
    },
  )

  it('applies prelu with one slope or one a channel', async () => {
    await expectLikeCpu(run('prelu'), [x, w, floats(10), floats(10)])
    await expectLikeCpu(run('prelu'), [x, w, floats(10), floats(1)])
  })

  it('leaves slopes and biases that differ from pixel to pixel to tfjs', async () => {
    await expectLikeCpu(run('prelu'), [x, w, floats(10), floats(5, 6, 10)])
    await expectLikeCpu(run('relu'), [x, w, floats(5, 6, 10)])
  })

  it('keeps NaN', () => {
    const image = { values: [Number.NaN, 1], shape: [1, 1, 2, 1], dtype: 'float32' } as const
    const filter = { values: [-2], shape: [1, 1, 1, 1], dtype: 'float32' } as const
    for (const activation of ['relu', 'relu6'] as const) {
      const [y] = results(run(activation), [image as never, filter as never])
      expect(y!.values).toEqual([Number.NaN, 0])
    }
  })
})

describe('what is wrong', () => {
  const kernel = (name: string, attrs: object) => (a: Tensor, b: Tensor) =>
    runKernel(name, name === 'Conv2D' ? { x: a, filter: b } : { dy: a, filter: b }, attrs)
  const attrs = attrsOf(spec([], []))

  it('says which shapes do not fit', () => {
    const bad = () => results(kernel('Conv2D', attrs), [floats(1, 4, 4, 3), floats(2, 2, 4, 5)])
    expect(bad).toThrowErrorMatchingInlineSnapshot(
      `[DlError: Conv2D got an image of shape [1, 4, 4, 3] and a filter of shape [2, 2, 4, 5]; expected the image as [batch, height, width, channels], the filter as [height, width, channels, …].]`,
    )
    const grad = kernel('Conv2DBackpropInput', { ...attrs, inputShape: [1, 4, 4, 3] })
    const badDy = () => results(grad, [floats(1, 2, 3, 5), floats(2, 2, 3, 5)])
    expect(badDy).toThrowErrorMatchingInlineSnapshot(
      `[DlError: Conv2DBackpropInput got dy as float32 [1, 2, 3, 5]; expected float32 [1, 3, 3, 5].]`,
    )
  })

  it('says that a filter is larger than its image', () => {
    const bad = () => results(kernel('Conv2D', attrs), [floats(1, 2, 2, 3), floats(5, 5, 3, 5)])
    expect(bad).toThrowErrorMatchingInlineSnapshot(
      `[DlError: Conv2D of an image of shape [1, 2, 2, 3] with a filter of shape [5, 5, 3, 5], strides 1,1, dilations 1,1 and pad [[0,0],[0,0],[0,0],[0,0]]; expected a filter no larger than the padded image, whole numbers, strides and dilations above 0.]`,
    )
  })

  it.each([
    { ...attrs, pad: 0.5 },
    { ...attrs, strides: [0, 1] },
    { ...attrs, strides: [1.5, 1] },
    { ...attrs, dilations: [1, 0] },
  ])('refuses %j', attrs => {
    const run = () => results(kernel('Conv2D', attrs), [floats(1, 4, 4, 3), floats(2, 2, 3, 5)])
    expect(run).toThrow(/expected a filter no larger than the padded image, whole numbers/)
  })

  it('names a tensor that is gone', () => {
    const [x, filter] = [tensor([1], [1, 1, 1, 1]), tensor([1], [1, 1, 1, 1])]
    filter.dispose()
    expect(() => runKernel('Conv2D', { x, filter }, attrs)).toThrow(/after it was disposed/)
    x.dispose()
  })

  it('leaves integers to tfjs', async () => {
    await expectLikeCpu(kernel('Conv2D', attrs), [ints(9, 1, 4, 4, 3), ints(9, 2, 2, 3, 5)])
  })
})
