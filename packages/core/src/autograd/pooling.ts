/**
 * Gradients of pooling. tfjs forgets how sizes were rounded, and shares the gradient of a mean as if
 * the padding had counted, which in the mean itself it does not.
 */
import {
  type AvgPoolAttrs,
  backend_util,
  engine,
  type GradConfig,
  mul,
  slice,
  type Tensor,
  type Tensor4D,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core'

/** Runs a kernel of one output. */
const run = (kernel: string, inputs: object, attrs: object): Tensor4D =>
  engine().runKernel(kernel, inputs as never, attrs as never)

export const maxPooling: GradConfig = {
  kernelName: 'MaxPool',
  inputsToSave: ['x'],
  outputsToSave: [true],
  gradFunc: (dy, [input, output], attrs) => ({
    x: () => run('MaxPoolGrad', { dy, input, output }, attrs),
  }),
}

export const averagePooling: GradConfig = {
  kernelName: 'AvgPool',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attrs) => ({
    x: () =>
      averageGradient(dy as Tensor4D, saved[0] as Tensor4D, attrs as unknown as AvgPoolAttrs),
  }),
}

/** The gradient over the padded image, of dy scaled from means of whole windows to means of what was inside. */
function averageGradient(dy: Tensor4D, x: Tensor4D, attrs: AvgPoolAttrs): Tensor {
  const { filterSize, strides, pad, dimRoundingMode } = attrs
  const info = backend_util.computePool2DInfo(x.shape, filterSize, strides, 1, pad, dimRoundingMode)
  const { padInfo, inHeight, inWidth, filterHeight, filterWidth } = info
  const rows = axis(inHeight, filterHeight, info.strideHeight, padInfo.top, dy.shape[1])
  const columns = axis(inWidth, filterWidth, info.strideWidth, padInfo.left, dy.shape[2])
  const unpadded = { filterSize: [filterHeight, filterWidth], strides, pad: 'valid' }
  if (rows.size === inHeight && columns.size === inWidth) {
    return run('AvgPoolGrad', { dy, input: x }, unpadded)
  }
  const scales = rows.inside.flatMap(r =>
    columns.inside.map(c => (filterHeight * filterWidth) / (r * c)),
  )
  const scale = tensor4d(scales, [1, dy.shape[1], dy.shape[2], 1])
  const input = zeros([x.shape[0], rows.size, columns.size, x.shape[3]])
  const padded = run('AvgPoolGrad', { dy: mul(dy, scale), input }, unpadded)
  return slice(padded, [0, padInfo.top, padInfo.left, 0], x.shape)
}

/** How large an axis is with its padding, and how many pixels each window has inside the image. */
function axis(
  size: number,
  window: number,
  stride: number,
  before: number,
  count: number,
): { size: number; inside: number[] } {
  const inside = Array.from({ length: count }, (_, i) => {
    const start = i * stride - before
    return Math.min(size, start + window) - Math.max(0, start)
  })
  return { size: Math.max(before + size, (count - 1) * stride + window), inside }
}
