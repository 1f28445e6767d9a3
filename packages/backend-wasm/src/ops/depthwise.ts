/**
 * DepthwiseConv2dNative, FusedDepthwiseConv2D and their gradients. The kernels know one output a
 * channel; where there are more, the channels of the image are repeated.
 */
import { DlError } from '@dl/core'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type Finish, finishOf, PLAIN } from '../activation'
import {
  type Convolution,
  convolution,
  type Geometry,
  imageGradients,
  writeGeometry,
} from '../geometry'
import {
  allFloat,
  FLOATS_WORTH_CUTTING,
  type Kernel,
  type KernelCall,
  type Outputs,
} from '../kernel'
import { stridesOf } from '../strides'
import { turn } from './conv'
import { copy } from './layout'
import { reduceOver } from './reduce'

/** In how many parts at most a filter's gradient is added up. */
const PARTS = 32

interface Depthwise extends Convolution {
  /** Outputs of each channel. */
  times: number
}

/** What the call describes, with as many channels as outputs. */
function depthwise(call: KernelCall, shape: number[], filterShape: number[]): Depthwise {
  if (call.attrs.dataFormat === 'NCHW') {
    throw new DlError('bad-option', {
      problem: `${call.name} got images as NCHW`,
      expected: 'NHWC',
    })
  }
  const conv = convolution(call, shape, filterShape, true)
  return { ...conv, channels: conv.outputs, times: filterShape[3]! }
}

/** Where the image is, each of its channels repeated. */
function repeated(call: KernelCall, x: TensorInfo, { times }: Depthwise): number {
  const from = call.float(x)
  if (times === 1) return from
  const shape = [util.sizeFromShape(x.shape), times]
  const to = call.scratch(shape[0]! * times)
  copy(call, shape, { pointer: from, strides: [1, 0] }, { pointer: to, strides: stridesOf(shape) })
  return to
}

/** Multiply-adds cost about what two floats cost that are only moved. */
const grainOf = (cost: number): number => Math.ceil(FLOATS_WORTH_CUTTING / 2 / Math.max(1, cost))

function convolve(
  call: KernelCall,
  geometry: Geometry,
  x: number,
  filter: number,
  out: number,
  finish: Finish,
): void {
  const { images, rows, columns, channels, filterHeight, filterWidth } = geometry
  const grain = grainOf(columns * channels * filterHeight * filterWidth)
  const at = writeGeometry(call, geometry)
  call.split('depthwise', images * rows, grain, at, x, filter, out, ...finish)
}

function forward(call: KernelCall, finish: (outputs: number) => Finish | null): Outputs {
  const { x, filter } = call.inputs as { x: TensorInfo; filter: TensorInfo }
  if (!allFloat(x, filter)) return call.fallback()
  const conv = depthwise(call, x.shape, filter.shape)
  const after = finish(conv.outputs)
  if (after === null) return call.fallback()
  const [from, weights] = [repeated(call, x, conv), call.float(filter)]
  const out = call.output(conv.outShape)
  convolve(call, conv, from, weights, call.float(out), after)
  return out
}

function inputGrad(call: KernelCall): Outputs {
  const { dy, filter } = call.inputs as { dy: TensorInfo; filter: TensorInfo }
  if (!allFloat(dy, filter)) return call.fallback()
  const inputShape = call.attrs.inputShape as number[]
  const conv = depthwise(call, inputShape, filter.shape)
  call.expectShape('dy', conv.outShape)
  const { times } = conv
  const [from, weights] = [call.float(dy), call.float(filter)]
  const out = call.output(inputShape)
  const to = call.float(out)
  const size = util.sizeFromShape(inputShape)
  // the gradients of a channel's repetitions are added up
  const each = times === 1 ? to : call.scratch(size * times)
  const turned = call.scratch(util.sizeFromShape(filter.shape))
  for (const { geometry, offset, taps } of imageGradients(conv)) {
    turn(call, { ...conv, channels: 1 }, weights, taps, turned)
    convolve(call, geometry, from, turned, each + offset * 4, PLAIN)
  }
  if (times !== 1) reduceOver(call, 'sum', each, to, size, times, 1)
  return out
}

function filterGrad(call: KernelCall): Outputs {
  const { x, dy } = call.inputs as { x: TensorInfo; dy: TensorInfo }
  if (!allFloat(x, dy)) return call.fallback()
  const filterShape = call.attrs.filterShape as number[]
  const conv = depthwise(call, x.shape, filterShape)
  call.expectShape('dy', conv.outShape)
  const [image, from] = [repeated(call, x, conv), call.float(dy)]
  const out = call.output(filterShape)
  const size = util.sizeFromShape(filterShape)
  const rows = conv.images * conv.rows
  const rowsOfPart = Math.max(1, Math.ceil(rows / PARTS))
  const parts = Math.ceil(rows / rowsOfPart)
  const sums = call.scratch(parts * size)
  const at = writeGeometry(call, conv)
  const grain = grainOf(rowsOfPart * conv.columns * size)
  call.split('depthwiseFilterGrad', parts, grain, at, image, from, sums, rowsOfPart)
  reduceOver(call, 'sum', sums, call.float(out), 1, parts, size)
  return out
}

export const depthwiseKernels: Kernel[] = [
  { name: 'DepthwiseConv2dNative', run: call => forward(call, () => PLAIN) },
  {
    name: 'FusedDepthwiseConv2D',
    run: call => forward(call, outputs => finishOf(call, outputs)),
  },
  { name: 'DepthwiseConv2dNativeBackpropInput', run: inputGrad },
  { name: 'DepthwiseConv2dNativeBackpropFilter', run: filterGrad },
]
