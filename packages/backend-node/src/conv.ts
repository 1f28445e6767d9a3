/**
 * Convolutions of images and their gradients with any padding, any rounding of sizes and any
 * dilation. TensorFlow's gradients know no dilation on the processor: there the filter gets its
 * holes filled with zeros.
 */
import {
  backend_util,
  type Conv2DAttrs,
  type Conv2DBackpropFilterAttrs,
  type Conv2DBackpropInputAttrs,
  type TensorInfo,
} from '@tensorflow/tfjs-core'
import { activated } from './activated'
import { type Call, FLOAT, isEmpty, type Kernels, type Run, type Settings } from './call'
import { dilated, dilatedShape, gathered } from './dilate'
import { axesOf, isPadded, padded } from './pads'

type Shape = [number, number, number, number]
type Info = backend_util.Conv2DInfo

const infoOf = (shape: number[], filterShape: number[], attrs: Partial<Conv2DAttrs>): Info =>
  backend_util.computeConv2DInfo(
    ...([shape as Shape, filterShape as Shape, attrs.strides!, attrs.dilations ?? 1] as const),
    ...([attrs.pad as 'same', attrs.dimRoundingMode, false, 'channelsLast'] as const),
  )

const settingsOf = (info: Info, dilations: readonly number[]): Settings => {
  const axes = axesOf(info)
  const explicit = isPadded(axes)
  return {
    T: FLOAT,
    strides: [1, info.strideHeight, info.strideWidth, 1],
    padding: explicit ? 'EXPLICIT' : 'VALID',
    ...(explicit && { explicit_paddings: [0, 0, ...axes.flatMap(({ pads }) => [...pads]), 0, 0] }),
    dilations: [1, ...dilations, 1],
  }
}

const dilationsOf = (info: Info) => [info.dilationHeight, info.dilationWidth] as const

/** Without dilation, for filters with their holes filled. */
const NONE = [1, 1] as const

function forward(call: Call): TensorInfo {
  const info = infoOf(call.shape('x'), call.shape('filter'), call.attrs)
  const [x, filter] = [call.input('x'), call.input('filter')]
  if (isEmpty(call, 'x', 'filter')) return call.zeros(info.outShape)
  const axes = axesOf(info)
  const settings = settingsOf(info, dilationsOf(info))
  // as those of gradients may, TensorFlow's own padding may not cut off
  return axes.some(({ pads }) => Math.min(...pads) < 0)
    ? call.output(
        call.run(
          'Conv2D',
          { ...settings, padding: 'VALID', explicit_paddings: [] },
          padded(call, x, axes),
          filter,
        ),
      )
    : call.output(call.run('Conv2D', settings, x, filter))
}

function toImage(call: Call): TensorInfo {
  const { inputShape, ...attrs } = call.attrs as Conv2DBackpropInputAttrs
  const shape = call.shape('filter') as Shape
  const info = infoOf(inputShape, shape, attrs)
  if (isEmpty(call, 'filter', 'dy')) return call.zeros(inputShape)
  const filter = dilated(call, call.input('filter'), shape, dilationsOf(info))
  const sizes = call.ints(...inputShape)
  const settings = settingsOf(info, NONE)
  return call.output(call.run('Conv2DBackpropInput', settings, sizes, filter, call.input('dy')))
}

function toFilter(call: Call): TensorInfo {
  const { filterShape, ...attrs } = call.attrs as Conv2DBackpropFilterAttrs
  const info = infoOf(call.shape('x'), filterShape, attrs)
  if (isEmpty(call, 'x', 'dy')) return call.zeros(filterShape)
  const sizes = call.ints(...dilatedShape(filterShape, dilationsOf(info)))
  const settings = settingsOf(info, NONE)
  const whole = call.run('Conv2DBackpropFilter', settings, call.input('x'), sizes, call.input('dy'))
  return call.output(gathered(call, whole, filterShape, dilationsOf(info)))
}

/** The processor convolves channels last only, and so do we. */
const channelsLast =
  (run: Run): Run =>
  call =>
    call.attrs.dataFormat === 'NCHW' ? call.fallback() : run(call)

export const convKernels: Kernels = {
  Conv2D: channelsLast(forward),
  FusedConv2D: channelsLast(call => activated(call, forward(call))),
  Conv2DBackpropInput: channelsLast(toImage),
  Conv2DBackpropFilter: channelsLast(toFilter),
}
