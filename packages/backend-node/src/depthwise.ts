/**
 * Convolutions of each channel by itself, and their gradients. TensorFlow's pad and dilate nothing
 * on the processor and have one stride for both axes: images are padded before, filters get their
 * holes filled with zeros, and what has two strides is left to tfjs.
 */
import {
  backend_util,
  type DepthwiseConv2dNativeAttrs,
  type DepthwiseConv2dNativeBackpropFilterAttrs,
  type DepthwiseConv2dNativeBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { activated } from './activated'
import { type Call, FLOAT, isEmpty, type Kernels, type Run, type Settings } from './call'
import { dilated, dilatedShape, gathered } from './dilate'
import { axesOf, cropped, padded, paddedShape } from './pads'

type Shape = [number, number, number, number]

function geometry(
  shape: number[],
  filterShape: number[],
  attrs: Partial<DepthwiseConv2dNativeAttrs>,
) {
  const info = backend_util.computeConv2DInfo(
    ...([shape as Shape, filterShape as Shape, attrs.strides!, attrs.dilations ?? 1] as const),
    ...([attrs.pad as 'same', attrs.dimRoundingMode, true] as const),
  )
  const strides = [1, info.strideHeight, info.strideWidth, 1]
  const settings: Settings = { T: FLOAT, strides, padding: 'VALID' }
  const dilations = [info.dilationHeight, info.dilationWidth] as const
  return {
    axes: axesOf(info),
    dilations,
    settings,
    ends: [shape[0]!, shape[3]!] as [number, number],
  }
}

function forward(call: Call): TensorInfo {
  const shape = call.shape('filter') as Shape
  const { axes, dilations, settings } = geometry(call.shape('x'), shape, call.attrs)
  const filter = dilated(call, call.input('filter'), shape, dilations)
  return call.output(
    call.run('DepthwiseConv2dNative', settings, padded(call, call.input('x'), axes), filter),
  )
}

function toImage(call: Call): TensorInfo {
  const { inputShape, ...attrs } = call.attrs as DepthwiseConv2dNativeBackpropInputAttrs
  const shape = call.shape('filter') as Shape
  const { axes, dilations, settings, ends } = geometry(inputShape, shape, attrs)
  const filter = dilated(call, call.input('filter'), shape, dilations)
  const sizes = call.ints(...paddedShape(axes, ends))
  const operation = 'DepthwiseConv2dNativeBackpropInput'
  const whole = call.run(operation, settings, sizes, filter, call.input('dy'))
  return call.output(cropped(call, whole, axes, ends))
}

function toFilter(call: Call): TensorInfo {
  const { filterShape, ...attrs } = call.attrs as DepthwiseConv2dNativeBackpropFilterAttrs
  if (isEmpty(call, 'x', 'dy')) return call.zeros(filterShape)
  const { axes, dilations, settings } = geometry(call.shape('x'), filterShape, attrs)
  const sizes = call.ints(...dilatedShape(filterShape, dilations))
  const x = padded(call, call.input('x'), axes)
  const operation = 'DepthwiseConv2dNativeBackpropFilter'
  const whole = call.run(operation, settings, x, sizes, call.input('dy'))
  return call.output(gathered(call, whole, filterShape, dilations))
}

const oneStride =
  (run: Run): Run =>
  call => {
    const [rows, columns = rows] = [call.attrs.strides].flat()
    return rows === columns ? run(call) : call.fallback()
  }

export const depthwiseKernels: Kernels = {
  DepthwiseConv2dNative: oneStride(forward),
  FusedDepthwiseConv2D: oneStride(call => activated(call, forward(call))),
  DepthwiseConv2dNativeBackpropInput: oneStride(toImage),
  DepthwiseConv2dNativeBackpropFilter: oneStride(toFilter),
}
