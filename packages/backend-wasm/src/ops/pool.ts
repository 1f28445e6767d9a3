/** Pooling of images, channels last; tfjs's arguments, PyTorch's rule for ties. */
import { util } from '@tensorflow/tfjs-core'
import { type Convolution, convolution, writeGeometry } from '../geometry'
import {
  allFloat,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'

/** Channels that one thread always takes together. */
const GROUP = 64

/** The windows over an image of `shape`. */
function windows(call: KernelCall, shape: number[]): Convolution {
  const sizes = [call.attrs.filterSize].flat()
  const [height, width = height] = sizes
  call.expectSizes('a window of', sizes, sizes.length)
  return convolution(call, shape, [height, width, shape[3] ?? 0, 1], true)
}

/** Units that read `floats` each and are worth handing to another thread. */
const grain = (floats: number): number => Math.ceil(FLOATS_WORTH_CUTTING / Math.max(1, floats))

/** Floats that the windows of one row read. */
const perRow = ({ columns, channels, filterHeight, filterWidth }: Convolution): number =>
  columns * channels * filterHeight * filterWidth

function pool(call: KernelCall, largest: boolean): Outputs {
  const x = call.input('x')
  if (!allFloat(x)) return call.fallback()
  const over = windows(call, x.shape)
  // as in tfjs, even where the windows lie in the padding
  const single = over.filterHeight * over.filterWidth === 1
  if (single && util.arraysEqual(over.outShape, x.shape)) return call.alias(x)
  const from = call.float(x)
  const out = call.output(over.outShape)
  const args = [writeGeometry(call, over), largest ? 1 : 0, from, call.float(out)]
  call.split('pool', over.images * over.rows, grain(perRow(over)), ...args)
  return out
}

function poolGrad(call: KernelCall, largest: boolean): Outputs {
  const [dy, input] = [call.input('dy'), call.input('input')]
  const output = largest ? call.input('output') : dy
  if (!allFloat(dy, input, output)) return call.fallback()
  const over = windows(call, input.shape)
  const { images, rows, channels, outShape } = over
  call.expectShape('dy', outShape)
  if (largest) call.expectShape('output', outShape)
  const [x, y] = largest ? [call.float(input), call.float(output)] : [0, 0]
  const from = call.float(dy)
  const dx = call.output(input.shape)
  const width = Math.max(1, Math.min(GROUP, channels))
  const groups = Math.ceil(channels / width)
  const args = [writeGeometry(call, over), largest ? 1 : 0, x, y, from, call.float(dx), width]
  call.split(
    'poolGrad',
    images * groups,
    grain((perRow(over) * rows) / Math.max(1, groups)),
    ...args,
  )
  return dx
}

export const poolKernels: Kernel[] = [
  { name: 'MaxPool', run: call => pool(call, true) },
  { name: 'MaxPoolGrad', run: call => poolGrad(call, true) },
  { name: 'AvgPool', run: call => pool(call, false) },
  { name: 'AvgPoolGrad', run: call => poolGrad(call, false) },
]
