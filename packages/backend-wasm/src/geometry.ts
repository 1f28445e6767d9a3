/** Which pixels a convolution reads for which output: kernels/geometry.ts as the host sees it. */
import { DlError, showShape } from '@dl/core'
import { backend_util } from '@tensorflow/tfjs-core'
import type { KernelCall } from './kernel'

/** In the order of the fields in kernels/geometry.ts. */
const FIELDS = [
  ...(['images', 'height', 'width', 'channels', 'filterHeight', 'filterWidth'] as const),
  ...(['strideY', 'strideX', 'dilationY', 'dilationX', 'top', 'left'] as const),
  ...(['rows', 'columns', 'outputs', 'imageStep', 'rowStep', 'columnStep'] as const),
]

export type Geometry = Record<(typeof FIELDS)[number], number>

/** The geometry in the memory, for this call. */
export function writeGeometry(call: KernelCall, geometry: Geometry): number {
  const pointer = call.scratch(FIELDS.length)
  const values = FIELDS.map(field => geometry[field])
  call.backend.linear.ints(pointer, FIELDS.length).set(values)
  return pointer
}

/** Shapes and geometry of a convolution whose attributes are those of the call. */
export interface Convolution extends Geometry {
  outShape: number[]
}

type Shape4 = [number, number, number, number]

/** The convolution of an image of `shape` that the call's attributes describe. */
export function convolution(
  call: KernelCall,
  shape: number[],
  filterShape: number[],
  depthwise = false,
): Convolution {
  const { strides, dilations, pad, dimRoundingMode } = call.attrs
  const [, , filterChannels] = filterShape
  if (shape.length !== 4 || filterShape.length !== 4 || shape[3] !== filterChannels) {
    throw new DlError('shape-mismatch', {
      problem: `${call.name} got an image of shape ${showShape(shape)} and a filter of shape ${showShape(filterShape)}`,
      expected:
        'the image as [batch, height, width, channels], the filter as [height, width, channels, …]',
    })
  }
  const info = backend_util.computeConv2DInfo(
    shape as Shape4,
    filterShape as Shape4,
    strides,
    dilations ?? 1,
    // of a number, tfjs takes the filter's height for its width too
    typeof pad === 'number'
      ? [
          [0, 0],
          [pad, pad],
          [pad, pad],
          [0, 0],
        ]
      : pad,
    dimRoundingMode,
    depthwise,
  )
  const { batchSize, outHeight, outWidth, outChannels, padInfo } = info
  const [rows, columns] = [outHeight + 0, outWidth + 0] // tfjs may say −0
  const counts = [info.strideHeight, info.strideWidth, info.dilationHeight, info.dilationWidth]
  const { top, bottom, left, right } = padInfo
  const whole = [...counts, rows, columns, top, bottom, left, right]
  if (!whole.every(Number.isInteger) || !counts.every(x => x > 0) || rows < 0 || columns < 0) {
    throw new DlError('bad-option', {
      problem: `${call.name} of an image of shape ${showShape(shape)} with a filter of shape ${showShape(filterShape)}, strides ${strides}, dilations ${dilations ?? 1} and pad ${JSON.stringify(pad)}`,
      expected:
        'a filter no larger than the padded image, whole numbers, strides and dilations above 0',
    })
  }
  return {
    images: batchSize,
    height: info.inHeight,
    width: info.inWidth,
    channels: info.inChannels,
    filterHeight: info.filterHeight,
    filterWidth: info.filterWidth,
    strideY: info.strideHeight,
    strideX: info.strideWidth,
    dilationY: info.dilationHeight,
    dilationX: info.dilationWidth,
    top,
    left,
    rows,
    columns,
    outputs: outChannels,
    imageStep: rows * columns * outChannels,
    rowStep: columns * outChannels,
    columnStep: outChannels,
    outShape: [batchSize, rows, columns, outChannels],
  }
}

/** The pixels of an axis that see the same taps: every `stride`-th from `offset` on. */
interface Phase {
  offset: number
  pixels: number
  /** The taps they see: `count`, `step` apart, the last of them `last`. */
  count: number
  step: number
  last: number
  /** As a convolution of the outputs with these taps in reverse order. */
  dilation: number
  padding: number
}

/** The taps along both axes that a part of the image sees. */
export interface Taps {
  rows: Phase
  columns: Phase
}

function phases(
  size: number,
  taps: number,
  stride: number,
  dilation: number,
  padding: number,
): Phase[] {
  return Array.from({ length: Math.min(stride, size) }, (_, offset) => {
    const seen = Array.from({ length: taps }, (_, tap) => tap).filter(
      tap => (offset + padding - tap * dilation) % stride === 0,
    )
    const [first = 0, second = first + stride] = seen
    const step = second - first
    const last = seen.at(-1) ?? 0
    return {
      offset,
      pixels: Math.ceil((size - offset) / stride),
      count: seen.length,
      step,
      last,
      dilation: (step * dilation) / stride,
      padding: (last * dilation - offset - padding) / stride,
    }
  })
}

/** One of the convolutions that make up a gradient for the image. */
interface ImageGradient {
  geometry: Geometry
  /** Where the first pixel of this part lies in the image, in floats. */
  offset: number
  taps: Taps
}

/**
 * The gradient for the image as convolutions of dy with parts of the filter, turned round, at
 * stride 1: at stride s, the pixels at equal positions mod s see the same taps.
 */
export function imageGradients(conv: Convolution): ImageGradient[] {
  const { height, width, channels } = conv
  const across = phases(width, conv.filterWidth, conv.strideX, conv.dilationX, conv.left)
  const down = phases(height, conv.filterHeight, conv.strideY, conv.dilationY, conv.top)
  return down.flatMap(rows =>
    across.map(columns => ({
      geometry: {
        images: conv.images,
        height: conv.rows,
        width: conv.columns,
        channels: conv.outputs,
        filterHeight: rows.count,
        filterWidth: columns.count,
        strideY: 1,
        strideX: 1,
        dilationY: rows.dilation,
        dilationX: columns.dilation,
        top: rows.padding,
        left: columns.padding,
        rows: rows.pixels,
        columns: columns.pixels,
        outputs: channels,
        imageStep: height * width * channels,
        rowStep: conv.strideY * width * channels,
        columnStep: conv.strideX * channels,
      },
      offset: (rows.offset * width + columns.offset) * channels,
      taps: { rows, columns },
    })),
  )
}
