/**
 * Max pooling. A window with a NaN gives NaN, which tfjs's program passes over. The gradient goes to
 * the first of equal values in reading order, as on every other backend and in PyTorch; tfjs's
 * program takes the last, and behind a ReLU, where zeros abound, equal values are the rule.
 */
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import type { Kernel, KernelCall } from '../kernel'
import { launch, sizeOf } from '../program'
import { IS_NAN } from '../wgsl'

type Shape = [number, number, number, number]

function poolOf(x: TensorInfo, { attrs }: KernelCall): backend_util.Conv2DInfo {
  const { filterSize, strides, pad, dimRoundingMode } = attrs
  return backend_util.computePool2DInfo(
    x.shape as Shape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  )
}

/** What both programs know of the pool. */
const sizesOf = (pool: backend_util.Conv2DInfo): Record<string, number> => ({
  ...{ windowHeight: pool.filterHeight, windowWidth: pool.filterWidth },
  ...{ strideHeight: pool.strideHeight, strideWidth: pool.strideWidth },
  ...{ top: pool.padInfo.top, left: pool.padInfo.left },
  ...{ inHeight: pool.inHeight, inWidth: pool.inWidth },
  ...{ outHeight: pool.outHeight, outWidth: pool.outWidth, channels: pool.inChannels },
})

/** Element `at` of a tensor of these sides as item, row, column, channel. */
const placeIn = (height: string, width: string): string => `
    let channel = at % sizes.channels;
    let column = at / sizes.channels % sizes.${width};
    let row = at / sizes.channels / sizes.${width} % sizes.${height};
    let item = at / sizes.channels / sizes.${width} / sizes.${height};
`

/** Walks over the pixels of a window that lie inside the image, counted row by row. */
const MAXIMA = `
  ${IS_NAN}
  fn main(at: u32) {
    ${placeIn('outHeight', 'outWidth')}
    var largest = 0.;
    var first = -1;
    for (var r = 0u; r < sizes.windowHeight; r++) {
      let y = i32(row * sizes.strideHeight + r) - i32(sizes.top);
      if (y < 0 || y >= i32(sizes.inHeight)) { continue; }
      for (var c = 0u; c < sizes.windowWidth; c++) {
        let z = i32(column * sizes.strideWidth + c) - i32(sizes.left);
        if (z < 0 || z >= i32(sizes.inWidth)) { continue; }
        let pixel = (item * sizes.inHeight + u32(y)) * sizes.inWidth + u32(z);
        let value = x[pixel * sizes.channels + channel];
        if (first < 0 || value > largest || (isnan(value) && !isnan(largest))) {
          largest = value;
          first = i32(r * sizes.windowWidth + c);
        }
      }
    }
    RESULT
  }
`

function maxPool(call: KernelCall): TensorInfo {
  const { backend, inputs } = call
  const x = inputs.x!
  const pool = poolOf(x, call)
  const out = backend.output(pool.outShape)
  launch(backend, {
    key: 'maxPool',
    buffers: { x, out: { tensor: out, writes: true } },
    sizes: sizesOf(pool),
    code: MAXIMA.replace('RESULT', 'out[at] = largest;'),
    count: sizeOf(out),
  })
  return out
}

/** To each pixel the gradients of the windows whose first maximum it is. */
const SHARE = `
  fn main(at: u32) {
    ${placeIn('inHeight', 'inWidth')}
    var total = 0.;
    for (var r = 0u; r < sizes.windowHeight; r++) {
      let fromTop = i32(row + sizes.top) - i32(r);
      let y = fromTop / i32(sizes.strideHeight);
      if (fromTop < 0 || y * i32(sizes.strideHeight) != fromTop || y >= i32(sizes.outHeight)) { continue; }
      for (var c = 0u; c < sizes.windowWidth; c++) {
        let fromLeft = i32(column + sizes.left) - i32(c);
        let z = fromLeft / i32(sizes.strideWidth);
        if (fromLeft < 0 || z * i32(sizes.strideWidth) != fromLeft || z >= i32(sizes.outWidth)) { continue; }
        let window = (item * sizes.outHeight + u32(y)) * sizes.outWidth + u32(z);
        let e = window * sizes.channels + channel;
        if (firsts[e] == i32(r * sizes.windowWidth + c)) { total += dy[e]; }
      }
    }
    out[at] = total;
  }
`

function maxPoolGrad(call: KernelCall): TensorInfo {
  const { backend, inputs } = call
  const { dy, input: x } = inputs as { dy: TensorInfo; input: TensorInfo }
  const pool = poolOf(x, call)
  const sizes = sizesOf(pool)
  const firsts = backend.output(pool.outShape, 'int32')
  const out = backend.output(x.shape)
  launch(backend, {
    key: 'maxPoolFirsts',
    buffers: { x, out: { tensor: firsts, writes: true } },
    sizes,
    code: MAXIMA.replace('RESULT', 'out[at] = first;'),
    count: sizeOf(firsts),
  })
  launch(backend, {
    key: 'maxPoolGrad',
    buffers: { dy, firsts, out: { tensor: out, writes: true } },
    sizes,
    code: SHARE,
    count: sizeOf(out),
  })
  backend.disposeData(firsts.dataId)
  return out
}

export const maxPoolKernels: Kernel[] = [
  { name: 'MaxPool', run: maxPool },
  { name: 'MaxPoolGrad', run: maxPoolGrad },
]
