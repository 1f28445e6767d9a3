/** Convolutions of volumes and their gradients with any padding; the processor dilates none. */
import {
  backend_util,
  type Conv3DAttrs,
  type Conv3DBackpropFilterV2Attrs,
  type Conv3DBackpropInputV2Attrs,
} from '@tensorflow/tfjs-core'
import { type Call, FLOAT, INT, isEmpty, type Kernels, type Run } from './call'
import { axesOfVolume, cropped, padded, paddedShape } from './pads'

type Shape = [number, number, number, number, number]

function geometry(shape: number[], filterShape: number[], attrs: Partial<Conv3DAttrs>) {
  const { strides, dilations, pad } = attrs
  const info = backend_util.computeConv3DInfo(
    ...([shape as Shape, filterShape as Shape, strides!, dilations ?? 1, pad as 'same'] as const),
  )
  const axes = axesOfVolume(info)
  return {
    axes,
    settings: { T: FLOAT, strides: [1, ...axes.map(({ stride }) => stride), 1], padding: 'VALID' },
    ends: [shape[0]!, shape[4]!] as [number, number],
  }
}

function forward(call: Call) {
  const { axes, settings } = geometry(call.shape('x'), call.shape('filter'), call.attrs)
  const x = padded(call, call.input('x'), axes)
  return call.output(call.run('Conv3D', settings, x, call.input('filter')))
}

function toVolume(call: Call) {
  const { inputShape, ...attrs } = call.attrs as Conv3DBackpropInputV2Attrs
  const { axes, settings, ends } = geometry(inputShape, call.shape('filter'), attrs)
  const sizes = call.ints(...paddedShape(axes, ends))
  const flows = [sizes, call.input('filter'), call.input('dy')]
  const whole = call.run('Conv3DBackpropInputV2', { ...settings, Tshape: INT }, ...flows)
  return call.output(cropped(call, whole, axes, ends))
}

function toFilter(call: Call) {
  const { filterShape, ...attrs } = call.attrs as Conv3DBackpropFilterV2Attrs
  if (isEmpty(call, 'x', 'dy')) return call.zeros(filterShape)
  const { axes, settings } = geometry(call.shape('x'), filterShape, attrs)
  const x = padded(call, call.input('x'), axes)
  const sizes = call.ints(...filterShape)
  return call.output(call.run('Conv3DBackpropFilterV2', settings, x, sizes, call.input('dy')))
}

const undilated =
  (run: Run): Run =>
  call =>
    [call.attrs.dilations ?? 1].flat().some(n => n !== 1) ? call.fallback() : run(call)

export const conv3dKernels: Kernels = {
  Conv3D: undilated(forward),
  Conv3DBackpropInputV2: toVolume,
  Conv3DBackpropFilterV2: toFilter,
}
