/** Convolutions by their definition, in 64-bit arithmetic, and our kernels held to it. */
import { expect } from 'vitest'
import {
  expectClose,
  fallbacksOf,
  floats,
  randomInts,
  results,
  runKernel,
  size,
  useWasm,
  type Value,
} from './helpers'

export interface Spec {
  /** [batch, height, width, channels] */
  image: number[]
  /** [height, width, channels, outputs], or for depthwise ones [height, width, channels, multiplier] */
  filter: number[]
  strides: [number, number]
  dilations: [number, number]
  /** top, bottom, left, right */
  pad: [number, number, number, number]
  depthwise?: boolean
}

export function outShape({ image, filter, strides, dilations, pad, depthwise }: Spec): number[] {
  const [batch, height, width, channels] = image as [number, number, number, number]
  const [fh, fw, , last] = filter as [number, number, number, number]
  const along = (length: number, taps: number, axis: 0 | 1) => {
    const reach = (taps - 1) * dilations[axis] + 1
    const padded = length + pad[2 * axis]! + pad[2 * axis + 1]!
    return Math.floor((padded - reach) / strides[axis]) + 1
  }
  return [batch, along(height, fh, 0), along(width, fw, 1), depthwise ? channels * last : last]
}

/** Calls `visit` with the positions in image, filter and output of every product of the convolution. */
function forEachProduct(spec: Spec, visit: (x: number, w: number, y: number) => void): void {
  const { image, filter, strides, dilations, pad, depthwise } = spec
  const [batch, height, width, channels] = image as [number, number, number, number]
  const [fh, fw, , last] = filter as [number, number, number, number]
  const [, rows, columns, outputs] = outShape(spec) as [number, number, number, number]
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let i = 0; i < fh; i++) {
          const y = row * strides[0] + i * dilations[0] - pad[0]
          if (y < 0 || y >= height) continue
          for (let j = 0; j < fw; j++) {
            const x = column * strides[1] + j * dilations[1] - pad[2]
            if (x < 0 || x >= width) continue
            const pixel = ((b * height + y) * width + x) * channels
            const tap = (i * fw + j) * channels
            const out = ((b * rows + row) * columns + column) * outputs
            for (let c = 0; c < channels; c++) {
              for (let o = 0; o < last; o++) {
                visit(pixel + c, (tap + c) * last + o, out + (depthwise ? c * last : 0) + o)
              }
            }
          }
        }
      }
    }
  }
}

function forward(spec: Spec, image: Value, filter: Value): Float64Array {
  const out = new Float64Array(size(outShape(spec)))
  forEachProduct(spec, (x, w, y) => {
    out[y]! += image.values[x]! * filter.values[w]!
  })
  return out
}

function imageGradient(spec: Spec, dy: Value, filter: Value): Float64Array {
  const out = new Float64Array(size(spec.image))
  forEachProduct(spec, (x, w, y) => {
    out[x]! += dy.values[y]! * filter.values[w]!
  })
  return out
}

function filterGradient(spec: Spec, image: Value, dy: Value): Float64Array {
  const out = new Float64Array(size(spec.filter))
  forEachProduct(spec, (x, w, y) => {
    out[w]! += image.values[x]! * dy.values[y]!
  })
  return out
}

export const spec = (image: number[], filter: number[], rest: Partial<Spec> = {}): Spec => ({
  ...{ strides: [1, 1], dilations: [1, 1], pad: [0, 0, 0, 0] },
  image,
  filter,
  ...rest,
})

export const attrsOf = ({ strides, dilations, pad: [top, bottom, left, right] }: Spec) => ({
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

const KERNELS = {
  full: { y: 'Conv2D', dx: 'Conv2DBackpropInput', dw: 'Conv2DBackpropFilter' },
  depthwise: {
    y: 'DepthwiseConv2dNative',
    dx: 'DepthwiseConv2dNativeBackpropInput',
    dw: 'DepthwiseConv2dNativeBackpropFilter',
  },
}

/** Forward and both gradients, by our kernels alone, against the definition. */
export async function check(spec: Spec): Promise<void> {
  const backend = await useWasm()
  const names = KERNELS[spec.depthwise ? 'depthwise' : 'full']
  const attrs = attrsOf(spec)
  const { image, filter } = spec
  const shape = outShape(spec)
  const [x, w, dy] = [floats(...image), floats(...filter), floats(...shape)]
  const used = fallbacksOf(backend, () => {
    const [y] = results((x, filter) => runKernel(names.y, { x, filter }, attrs), [x, w])
    expect(y!.shape).toEqual(shape)
    expectSums(y!.values, forward(spec, x, w))
    const [dx] = results(
      (dy, filter) => runKernel(names.dx, { dy, filter }, { ...attrs, inputShape: image }),
      [dy, w],
    )
    expect(dx!.shape).toEqual(image)
    expectSums(dx!.values, imageGradient(spec, dy, w))
    const [dw] = results(
      (x, dy) => runKernel(names.dw, { x, dy }, { ...attrs, filterShape: filter }),
      [x, dy],
    )
    expect(dw!.shape).toEqual(filter)
    expectSums(dw!.values, filterGradient(spec, x, dy))
  })
  expect(used).toEqual([])
}

/** Of sums of many products: the error grows with their size. */
function expectSums(got: ArrayLike<number>, wanted: Float64Array): void {
  const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1)
  expectClose(got, wanted, 4e-6 * scale)
}

/** A convolution with at least one output. */
export function anySpec(depthwise = false): Spec {
  for (;;) {
    const [n, h, w, c, fh, fw, o] = Array.from(randomInts(7, 9), x => x + 1)
    const [sy, sx, dy, dx] = Array.from(randomInts(4, 3), x => x + 1)
    const candidate = {
      image: [1 + (n! % 3), h!, w!, c!],
      filter: [1 + (fh! % 5), 1 + (fw! % 5), c!, depthwise ? 1 + (o! % 3) : o!],
      strides: [sy!, sx!],
      dilations: [dy!, dx!],
      pad: Array.from(randomInts(4, 4)),
      depthwise,
    } as Spec
    const [, rows, columns] = outShape(candidate)
    if (rows! > 0 && columns! > 0) return candidate
  }
}
