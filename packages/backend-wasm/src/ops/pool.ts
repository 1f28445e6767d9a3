/** Pooling of images, channels last; tfjs's arguments, PyTorch's rules for ties and NaN. */
import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core'
import {
  allFloat,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'

/** Channels that one thread always takes together. */
const GROUP = 64

type Shape = [images: number, height: number, width: number, channels: number]

/** Sizes as the kernels take them, from h to left; `dy` has the pooled size where there is one. */
function windows(call: KernelCall, x: TensorInfo, dy?: TensorInfo) {
  const { filterSize, strides, pad, dimRoundingMode } = call.attrs
  const shape = x.shape as Shape
  const info = backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info
  const [images, height, width, channels] = shape
  const pooled = (dy?.shape ?? info.outShape) as Shape
  const [, rows, columns] = pooled
  const window = [filterHeight, filterWidth, strideHeight, strideWidth, padInfo.top, padInfo.left]
  return {
    ...{ images, channels, rows, pooled },
    sizes: [height, width, channels, rows, columns, ...window],
    /** Floats that the windows of a row read. */
    perRow: columns * channels * filterHeight * filterWidth,
  }
}

const cut = (floats: number) => Math.ceil(FLOATS_WORTH_CUTTING / Math.max(1, floats))

function pool(call: KernelCall, largest: boolean): Outputs {
  const x = call.input('x')
  if (!allFloat(x)) return call.fallback()
  const { images, rows, pooled, sizes, perRow } = windows(call, x)
  const from = call.float(x)
  const out = call.output(pooled)
  call.split('pool', images * rows, cut(perRow), largest ? 1 : 0, from, call.float(out), ...sizes)
  return out
}

function poolGrad(call: KernelCall, largest: boolean): Outputs {
  const { dy, input } = call.inputs as { dy: TensorInfo; input: TensorInfo }
  if (!allFloat(dy, input)) return call.fallback()
  const { images, channels, rows, sizes, perRow } = windows(call, input, dy)
  const [x, y] = largest ? [call.float(input), call.float(call.input('output'))] : [0, 0]
  const from = call.float(dy)
  const dx = call.output(input.shape)
  const width = Math.min(GROUP, channels)
  const groups = channels === 0 ? 0 : Math.ceil(channels / width)
  const args = [largest ? 1 : 0, x, y, from, call.float(dx), ...sizes, width]
  call.split('poolGrad', images * groups, cut((perRow * rows) / Math.max(1, groups)), ...args)
  return dx
}

export const poolKernels: Kernel[] = [
  { name: 'MaxPool', run: call => pool(call, true) },
  { name: 'MaxPoolGrad', run: call => poolGrad(call, true) },
  { name: 'AvgPool', run: call => pool(call, false) },
  { name: 'AvgPoolGrad', run: call => poolGrad(call, false) },
]
