/**
 * Gradients of convolutions. tfjs forgets how sizes were rounded, refuses dilation, and its kernels
 * for gradients ignore that. Those of a dilated convolution are convolutions themselves: for the
 * image one of dy, dilated alike, with the filter turned round; for the filter one of the image with
 * dy as filter, whose stride is the dilation. The dilated have stride 1: tfjs allows one of the two.
 */
import {
  backend_util,
  type Conv2DAttrs,
  type Conv3DAttrs,
  conv2d,
  depthwiseConv2d,
  type GradConfig,
  gather,
  mul,
  pad,
  reshape,
  slice,
  stack,
  sum,
  type Tensor4D,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core'
import { DlError, showShape } from '../errors'
import { rule, run } from './rule'

const TO_VOLUME = 'Conv3DBackpropInputV2'
const TO_FILTER = 'Conv3DBackpropFilterV2'

type Pair = [number, number]
type Pads = [Pair, Pair, Pair, Pair]

interface Dilated {
  x: Tensor4D
  filter: Tensor4D
  dy: Tensor4D
  /** Distances of the taps: of rows, of columns. */
  dilations: Pair
  /** Padding before the first row and the first column. */
  before: Pair
}

interface Gradients {
  ofImage(conv: Dilated): Tensor4D
  ofFilter(conv: Dilated): Tensor4D
}

/** The gradient of Conv2D and DepthwiseConv2dNative. */
export function convolution(original: GradConfig): GradConfig {
  const { kernelName } = original
  const gradients = kernelName === 'Conv2D' ? full : depthwise
  return {
    ...original,
    gradFunc(dy, saved, attrs) {
      const [x, filter] = saved as [Tensor4D, Tensor4D]
      const { strides, pad, dilations, dimRoundingMode, dataFormat } =
        attrs as unknown as Conv2DAttrs
      if (backend_util.tupleValuesAreOne(dilations ?? 1)) {
        const [toImage, toFilter] = [`${kernelName}BackpropInput`, `${kernelName}BackpropFilter`]
        return {
          x: () => run(toImage, { dy, filter }, { ...attrs, inputShape: x.shape }),
          filter: () => run(toFilter, { x, dy }, { ...attrs, filterShape: filter.shape }),
        }
      }
      if (dataFormat === 'NCHW' || !backend_util.tupleValuesAreOne(strides)) {
        return original.gradFunc(dy, saved, attrs)
      }
      const info = backend_util.computeConv2DInfo(
        ...([x.shape, filter.shape, strides, dilations, pad, dimRoundingMode] as const),
      )
      const conv: Dilated = {
        ...{ x, filter, dy: dy as Tensor4D },
        dilations: [info.dilationHeight, info.dilationWidth],
        before: [info.padInfo.top, info.padInfo.left],
      }
      return { x: () => gradients.ofImage(conv), filter: () => gradients.ofFilter(conv) }
    },
  }
}

const full: Gradients = {
  ofImage(conv) {
    const turned = transpose(turn(conv.filter), [0, 1, 3, 2])
    return conv2d(conv.dy, turned, 1, padsOfDy(conv), 'NHWC', conv.dilations)
  },
  ofFilter(conv) {
    const image = transpose(conv.x, [3, 1, 2, 0])
    const window = transpose(conv.dy, [1, 2, 0, 3])
    return transpose(conv2d(image, window, conv.dilations, padsOfImage(conv)), [1, 2, 0, 3])
  },
}

const depthwise: Gradients = {
  ofImage(conv) {
    const { x, filter } = conv
    const [height, width, channels, times] = filter.shape
    const turned = reshape(turn(filter), [height, width, channels * times, 1]) as Tensor4D
    const each = depthwiseConv2d(conv.dy, turned, 1, padsOfDy(conv), 'NHWC', conv.dilations)
    return reshape(sum(reshape(each, [x.size, times]), 1), x.shape)
  },
  ofFilter(conv) {
    const { filter, dy, dilations } = conv
    const [height, width, channels, times] = filter.shape
    const [images, rows, columns] = dy.shape
    const padded = pad(conv.x, padsOfImage(conv))
    const flows = reshape(dy, [-1, channels, times])
    const taps = Array.from({ length: height * width }, (_, i) => {
      const begin = [0, Math.floor(i / width) * dilations[0], (i % width) * dilations[1], 0]
      const seen = slice(padded, begin, [images, rows, columns, channels])
      return sum(mul(reshape(seen, [-1, channels, 1]), flows), 0)
    })
    return reshape(stack(taps), filter.shape)
  },
}

/** The taps in reverse order. Gathering is fast on every backend, reversing is not. */
function turn(filter: Tensor4D): Tensor4D {
  const [height, width, channels, outputs] = filter.shape
  const taps = height * width
  const order = tensor1d(Int32Array.from({ length: taps }, (_, i) => taps - 1 - i))
  return reshape(gather(reshape(filter, [taps, channels * outputs]), order), filter.shape)
}

/** Pads dy so that its convolution with the turned filter is as large as the image. */
function padsOfDy({ x, dy, filter, dilations, before }: Dilated): Pads {
  const along = (axis: 0 | 1): Pair => {
    const reach = (filter.shape[axis] - 1) * dilations[axis]
    return [reach - before[axis], x.shape[axis + 1]! - dy.shape[axis + 1]! + before[axis]]
  }
  return [[0, 0], along(0), along(1), [0, 0]]
}

/** Pads the image so that dy fits into it at as many places as the filter has taps. */
function padsOfImage({ x, dy, filter, dilations, before }: Dilated): Pads {
  const along = (axis: 0 | 1): Pair => {
    const reach = (filter.shape[axis] - 1) * dilations[axis]
    return [before[axis], reach + dy.shape[axis + 1]! - x.shape[axis + 1]! - before[axis]]
  }
  return [[0, 0], along(0), along(1), [0, 0]]
}

/** Conv3D, and its transpose, which tfjs cannot differentiate. */
export const convolutionOfVolumes: GradConfig[] = [
  rule<Conv3DAttrs>('Conv3D', {
    saves: ['x', 'filter'],
    grads(dy, [x, filter], attrs) {
      const dilations = [attrs.dilations ?? 1].flat()
      if (dilations.some(n => n !== 1)) {
        throw new DlError('no-gradient', {
          problem: `conv3d has no gradient with dilations ${showShape(dilations)}`,
          expected: 'dilations of 1',
        })
      }
      return {
        x: () => run(TO_VOLUME, { dy, filter }, { ...attrs, inputShape: x!.shape }),
        filter: () => run(TO_FILTER, { x, dy }, { ...attrs, filterShape: filter!.shape }),
      }
    },
  }),
  rule(TO_VOLUME, {
    saves: ['dy', 'filter'],
    grads: (ddx, [dy, filter], attrs: object) => ({
      dy: () => run('Conv3D', { x: ddx, filter }, { dilations: [1, 1, 1], ...attrs }),
      filter: () => run(TO_FILTER, { x: ddx, dy }, { ...attrs, filterShape: filter!.shape }),
    }),
  }),
]
