import { beforeAll, describe, expect, it } from 'vitest'
import { filterGradient, forward, imageGradient, outShape, type Spec } from './conv-reference'
import {
  expectClose,
  fallbacksOf,
  floats,
  randomInts,
  results,
  runKernel,
  useWasm,
  type WasmBackend,
} from './helpers'

let backend: WasmBackend
beforeAll(async () => {
  backend = await useWasm()
})

const attrsOf = ({ strides, dilations, pad: [top, bottom, left, right] }: Spec) => ({
  strides,
  dilations,
  pad: [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ],
  dataFormat: 'NHWC',
})

/** Forward and both gradients, by our kernels alone, against the definition. */
function check(spec: Spec): void {
  const attrs = attrsOf(spec)
  const { image, filter } = spec
  const shape = outShape(spec)
  const [x, w, dy] = [floats(...image), floats(...filter), floats(...shape)]
  const used = fallbacksOf(backend, () => {
    const [y] = results((x, filter) => runKernel('Conv2D', { x, filter }, attrs), [x, w])
    expect(y!.shape).toEqual(shape)
    close(y!.values, forward(spec, x, w))
    const [dx] = results(
      (dy, filter) =>
        runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: image }),
      [dy, w],
    )
    expect(dx!.shape).toEqual(image)
    close(dx!.values, imageGradient(spec, dy, w))
    const [dw] = results(
      (x, dy) => runKernel('Conv2DBackpropFilter', { x, dy }, { ...attrs, filterShape: filter }),
      [x, dy],
    )
    expect(dw!.shape).toEqual(filter)
    close(dw!.values, filterGradient(spec, x, dy))
  })
  expect(used).toEqual([])
}

/** Sums of many products: the error grows with their size. */
function close(got: ArrayLike<number>, wanted: Float64Array): void {
  const scale = Math.max(1, ...wanted.map(Math.abs))
  expectClose(got, wanted, 4e-6 * scale)
}

const plain = { strides: [1, 1], dilations: [1, 1], pad: [0, 0, 0, 0] } satisfies Partial<Spec>
const spec = (image: number[], filter: number[], rest: Partial<Spec> = {}): Spec => ({
  ...plain,
  image,
  filter,
  ...rest,
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
    ['no outputs', spec([2, 2, 2, 4], [3, 3, 4, 8])],
    ['more than every block', spec([3, 19, 17, 60], [3, 3, 60, 13], { pad: [1, 1, 1, 1] })],
    ['more taps than a block', spec([1, 6, 5, 150], [2, 2, 150, 10], { strides: [2, 1] })],
    ['more elements than a block', spec([9, 8, 8, 40], [3, 3, 40, 9], { pad: [1, 1, 1, 1] })],
  ])('%s', (_, spec) => check(spec))

  it.each([1, 3, 4, 5, 7, 8, 9, 16, 17])('%i channels to any number', channels => {
    for (const outputs of [1, 3, 4, 5, 7, 8, 9, 16, 17]) {
      check(spec([1, 5, 4, channels], [3, 2, channels, outputs], { pad: [1, 1, 0, 1] }))
    }
  })

  it('any shape', () => {
    for (let i = 0; i < 60; i++) check(anySpec())
  })
})

/** A convolution with at least one output. */
function anySpec(): Spec {
  for (;;) {
    const [n, h, w, c, fh, fw, o] = [...randomInts(7, 9)].map(x => x + 1)
    const [sy, sx, dy, dx] = [...randomInts(4, 3)].map(x => x + 1)
    const pad = [...randomInts(4, 4)]
    const candidate = {
      image: [1 + (n! % 3), h!, w!, c!],
      filter: [1 + (fh! % 5), 1 + (fw! % 5), c!, o!],
      strides: [sy!, sx!],
      dilations: [dy!, dx!],
      pad,
    } as Spec
    const [, rows, columns] = outShape(candidate)
    if (rows! > 0 && columns! > 0) return candidate
  }
}
