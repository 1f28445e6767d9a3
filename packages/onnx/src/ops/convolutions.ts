/** Convolutions and pools, with tfjs's padding as numbers. */
import { showShape } from '@dl/core'
import { backend_util } from '@tensorflow/tfjs-core'
import type { Graph } from '../graph'
import type { Operand, TracedCall } from '../trace'
import type { Emitter } from './emitter'
import { activated } from './pointwise'

type Shape4D = [number, number, number, number]
type Pad = 'same' | 'valid' | number | backend_util.ExplicitPadding
type Rounding = 'floor' | 'round' | 'ceil'

interface Window {
  strides: number | [number, number]
  pad: Pad
  dilations?: number | [number, number]
  dimRoundingMode?: Rounding
}

const pairOf = (value: number | [number, number]): [number, number] =>
  typeof value === 'number' ? [value, value] : value

const padsOf = ({ top, left, bottom, right }: backend_util.PadInfo): number[] => [
  top,
  left,
  bottom,
  right,
]

const conv: Emitter = (call, graph) => {
  const { x, filter, bias } = call.inputs as Record<string, Operand>
  const { strides, pad, dilations = 1, dimRoundingMode } = call.attrs as unknown as Window
  requireOurLayout(call, graph)
  const depthwise = call.kernel.includes('Depthwise')
  const info = backend_util.computeConv2DInfo(
    x!.shape as Shape4D,
    filter!.shape as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  )
  const [rows, columns, inputs, outputs] = filter!.shape as Shape4D
  const y = graph.add('Conv', [graph.maps(x!), filtersOf(filter!, depthwise, graph)], {
    kernel_shape: [rows, columns],
    strides: pairOf(strides),
    dilations: pairOf(dilations),
    pads: padsOf(info.padInfo),
    group: depthwise ? inputs : 1,
  })
  const channels = depthwise ? inputs * outputs : outputs
  const biased = bias ? graph.add('Add', [y, perChannel(bias, channels, graph)]) : y
  graph.setMaps(call.outputs[0]!, activated(biased, call, graph))
}

/** [rows, columns, in, out] as [out, in, rows, columns]; of each channel's own ones as [in·out, 1, …]. */
function filtersOf(filter: Operand, depthwise: boolean, graph: Graph): string {
  if (!depthwise) return graph.transposed(filter, [3, 2, 0, 1])
  const [rows, columns, inputs, outputs] = filter.shape as Shape4D
  return graph.transposed(filter, [2, 3, 0, 1], [inputs * outputs, 1, rows, columns])
}

const perChannel = (bias: Operand, channels: number, graph: Graph): string =>
  bias.kind === 'constant'
    ? graph.weight(bias, [channels, 1, 1])
    : graph.add('Reshape', [graph.plain(bias), graph.integers([channels, 1, 1])])

/** Our filter is [rows, columns, out, in]. */
const transposedConv: Emitter = (call, graph) => {
  const { dy, filter } = call.inputs as Record<string, Operand>
  const { strides, pad, dimRoundingMode } = call.attrs as unknown as Window
  requireOurLayout(call, graph)
  const output = call.outputs[0]!
  const [rows, columns] = filter!.shape as Shape4D
  const info = backend_util.computeConv2DInfo(
    output.shape as Shape4D,
    filter!.shape as Shape4D,
    strides,
    1,
    pad,
    dimRoundingMode,
  )
  const pads = padsOf(info.padInfo)
  const steps = pairOf(strides)
  const window = [rows, columns]
  const more = [0, 1].map(axis => {
    const reached = (dy!.shape[axis + 1]! - 1) * steps[axis]! + window[axis]!
    return output.shape[axis + 1]! - (reached - pads[axis]! - pads[axis + 2]!)
  })
  const y = graph.add('ConvTranspose', [graph.maps(dy!), graph.transposed(filter!, [3, 2, 0, 1])], {
    kernel_shape: window,
    strides: steps,
    pads,
    output_padding: more,
  })
  graph.setMaps(output, y)
}

const pool =
  (op: 'MaxPool' | 'AveragePool'): Emitter =>
  (call, graph) => {
    const { x } = call.inputs as Record<string, Operand>
    const { filterSize, strides, pad, dimRoundingMode } = call.attrs as unknown as Window & {
      filterSize: number | [number, number]
    }
    requireOurLayout(call, graph)
    const { padInfo } = backend_util.computePool2DInfo(
      x!.shape as Shape4D,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    )
    const [rows, columns] = pairOf(filterSize)
    const y = graph.add(op, [graph.maps(x!)], {
      kernel_shape: [rows, columns],
      strides: pairOf(strides),
      pads: padsOf(padInfo),
    })
    graph.setMaps(call.outputs[0]!, y)
  }

function requireOurLayout({ attrs, inputs }: TracedCall, graph: Graph): void {
  if (attrs.dataFormat === undefined || attrs.dataFormat === 'NHWC') return
  const shape = showShape(Object.values(inputs)[0]!.shape)
  graph.refuse(`maps of ${shape} in layout ${attrs.dataFormat}`, 'NHWC')
}

export const convolutionOps: Record<string, Emitter> = {
  Conv2D: conv,
  FusedConv2D: conv,
  DepthwiseConv2dNative: conv,
  FusedDepthwiseConv2D: conv,
  Conv2DBackpropInput: transposedConv,
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AveragePool'),
}
