/** Conv2D, FusedConv2D and their gradients. */
import { util } from '@tensorflow/tfjs-core'
import { type Finish, finishOf, PLAIN } from '../activation'
import { BLOCK_ROWS, multiply, pack, rows, TILE_ROWS, transposed, WORTH_CUTTING } from '../gemm'
import {
  type Convolution,
  convolution,
  type Geometry,
  imageGradients,
  type Taps,
  writeGeometry,
} from '../geometry'
import { allFloat, type Kernel, type KernelCall, type Outputs } from '../kernel'
import { stridesOf } from '../strides'
import { fillWith } from './elementwise'
import { copy } from './layout'

/** Pixels, and elements of a patch, that make up a unit of work. */
const UNIT = TILE_ROWS
/** Units that `convFilterGrad` takes along each time it goes through dy. */
const BLOCK_UNITS = BLOCK_ROWS / UNIT
/** Fewer units than this read the whole filter for too few results, unless there are no more. */
const UNITS_WORTH_CUTTING = 8

/** Whether each output is a product of one pixel with the filter, in the same order. */
function isProduct(conv: Convolution): boolean {
  const { filterHeight, filterWidth, strideY, strideX, top, left } = conv
  const samePixels = conv.rows === conv.height && conv.columns === conv.width
  return filterHeight * filterWidth * strideY * strideX === 1 && !top && !left && samePixels
}

const pixels = ({ images, rows, columns }: Geometry): number => images * rows * columns
const taps = ({ filterHeight, filterWidth, channels }: Geometry): number =>
  filterHeight * filterWidth * channels

/** Whether images lie otherwise in the memory than these kernels have it, or in an unknown way. */
const otherFormat = ({ attrs }: KernelCall): boolean => (attrs.dataFormat ?? 'NHWC') !== 'NHWC'

/** Writes the convolution of the image at `x` with a row-major filter to `out`. */
function convolve(
  call: KernelCall,
  geometry: Geometry,
  x: number,
  filter: number,
  out: number,
  finish: Finish,
): void {
  const { outputs, filterWidth, channels } = geometry
  const packed = pack(call, rows(filter, outputs), taps(geometry), outputs)
  const zeros = call.scratch(filterWidth * channels)
  call.backend.linear.floats(zeros, filterWidth * channels).fill(0)
  const scratch = call.perThread(call.wasm.convScratch(outputs, filterWidth * channels))
  const at = writeGeometry(call, geometry)
  const units = Math.ceil(pixels(geometry) / UNIT)
  const worth = Math.ceil(WORTH_CUTTING / (UNIT * taps(geometry) * outputs + 1))
  const share = Math.max(1, Math.floor(units / call.backend.pool.threads))
  const grain = Math.max(Math.min(UNITS_WORTH_CUTTING, share), worth)
  call.split('conv', units, grain, at, x, packed, out, ...finish, zeros, scratch)
  for (const pointer of [packed, zeros, scratch, at]) call.free(pointer)
}

function forward(call: KernelCall, finish: (outputs: number) => Finish | null): Outputs {
  const [x, filter] = [call.input('x'), call.input('filter')]
  if (!allFloat(x, filter) || otherFormat(call)) return call.fallback()
  const conv = convolution(call, x.shape, filter.shape)
  const { channels, outputs, outShape } = conv
  const after = finish(outputs)
  if (after === null) return call.fallback()
  const [from, weights] = [call.float(x), call.float(filter)]
  const out = call.output(outShape)
  const to = call.float(out)
  if (isProduct(conv) && !after.some(Boolean)) {
    const size = { m: pixels(conv), n: outputs, k: channels }
    multiply(call, rows(weights, outputs), {
      a: rows(from, channels),
      c: to,
      ldc: outputs,
      ...size,
    })
  } else convolve(call, conv, from, weights, to, after)
  return out
}

/** Whether images of the one shape are smaller than those of the other, and else alike. */
const isCorner = (part: number[], whole: number[]): boolean =>
  whole.length === 4 &&
  !util.arraysEqual(part, whole) &&
  part.every((size, i) => (i === 1 || i === 2 ? size > 0 && size <= whole[i]! : size === whole[i]))

function inputGrad(call: KernelCall): Outputs {
  const [dy, filter] = [call.input('dy'), call.input('filter')]
  if (!allFloat(dy, filter) || otherFormat(call)) return call.fallback()
  const { inputShape } = call.attrs
  const conv = convolution(call, inputShape, filter.shape)
  // tfjs lets transposed convolutions have a larger dy than such a convolution makes, and reads a corner of it
  if (isCorner(conv.outShape, dy.shape)) return call.fallback()
  call.expectShape('dy', conv.outShape)
  const { channels, outputs } = conv
  const [from, weights] = [call.float(dy), call.float(filter)]
  const out = call.output(inputShape)
  const to = call.float(out)
  if (isProduct(conv)) {
    const size = { m: pixels(conv), n: channels, k: outputs }
    const b = transposed(weights, outputs)
    multiply(call, b, { a: rows(from, outputs), c: to, ldc: channels, ...size })
    return out
  }
  const parts = imageGradients(conv)
  const seen = parts.filter(({ geometry }) => taps(geometry) > 0)
  if (seen.length < parts.length) fillWith(call, to, util.sizeFromShape(inputShape), 0)
  const turned = call.scratch(taps(conv) * outputs)
  for (const { geometry, offset, taps } of seen) {
    turn(call, conv, weights, taps, turned)
    convolve(call, geometry, from, turned, to + offset * 4, PLAIN)
  }
  return out
}

/** The taps a part of the image sees, last first, each with inputs and outputs exchanged. */
export function turn(
  call: KernelCall,
  conv: Convolution,
  filter: number,
  taps: Taps,
  to: number,
): void {
  const { channels, outputs, filterWidth } = conv
  const { rows, columns } = taps
  const tap = channels * outputs
  const shape = [rows.count, columns.count, outputs, channels]
  const pointer = filter + (rows.last * filterWidth + columns.last) * tap * 4
  const strides = [-rows.step * filterWidth * tap, -columns.step * tap, 1, outputs]
  copy(call, shape, { pointer, strides }, { pointer: to, strides: stridesOf(shape) })
}

function filterGrad(call: KernelCall): Outputs {
  const [x, dy] = [call.input('x'), call.input('dy')]
  if (!allFloat(x, dy) || otherFormat(call)) return call.fallback()
  const { filterShape } = call.attrs
  const conv = convolution(call, x.shape, filterShape)
  call.expectShape('dy', conv.outShape)
  const { channels, outputs } = conv
  const [image, from] = [call.float(x), call.float(dy)]
  const out = call.output(filterShape)
  const to = call.float(out)
  if (isProduct(conv)) {
    const size = { m: channels, n: outputs, k: pixels(conv) }
    const a = transposed(image, channels)
    multiply(call, rows(from, outputs), { a, c: to, ldc: outputs, ...size })
    return out
  }
  // taps side by side are one run of memory, which the kernel rounds up to whole units
  const { filterHeight, filterWidth, dilationX } = conv
  const across = dilationX === 1 ? 1 : filterWidth
  const [runs, length] = [filterHeight * across, (filterWidth / across) * channels]
  const units = Math.ceil(length / UNIT)
  const rounded = length === units * UNIT ? to : call.scratch(runs * units * UNIT * outputs)
  const scratch = call.perThread(call.wasm.convFilterGradScratch())
  const worth = Math.ceil(WORTH_CUTTING / (UNIT * pixels(conv) * outputs + 1))
  const share = sharedOut(runs * units, call.backend.pool.threads)
  const args = [writeGeometry(call, conv), image, from, rounded, scratch]
  call.split('convFilterGrad', runs * units, Math.max(worth, share), ...args)
  if (rounded !== to) {
    const shape = [runs, length * outputs]
    const source = { pointer: rounded, strides: [units * UNIT * outputs, 1] }
    copy(call, shape, source, { pointer: to, strides: stridesOf(shape) })
  }
  return out
}

/** Units for a piece of the filter's gradient: each piece reads all of dy, so the fewest that share evenly. */
function sharedOut(units: number, threads: number): number {
  const rounds = Math.max(1, Math.ceil(units / (threads * BLOCK_UNITS)))
  return Math.ceil(units / (threads * rounds))
}

export const convKernels: Kernel[] = [
  { name: 'Conv2D', run: call => forward(call, () => PLAIN) },
  { name: 'FusedConv2D', run: call => forward(call, outputs => finishOf(call, outputs)) },
  { name: 'Conv2DBackpropInput', run: inputGrad },
  { name: 'Conv2DBackpropFilter', run: filterGrad },
]
