/** Padding of windows along each axis of an image or a volume, as TensorFlow wants to have it. */
import type { backend_util } from '@tensorflow/tfjs-core'
import { type Call, FLOAT, INT } from './call'
import type { Handle } from './tensorflow'

/** What is put before and after along one axis. */
export type Pads = readonly [before: number, after: number]

/** One spatial axis of a convolution or a pool. */
export interface Axis {
  size: number
  out: number
  /** From the first tap of the window to the last, with the holes of dilation. */
  window: number
  stride: number
  pads: Pads
}

type Info2D = backend_util.Conv2DInfo
type Info3D = backend_util.Conv3DInfo

export const axesOf = (info: Info2D): Axis[] => {
  const { top, bottom, left, right } = info.padInfo
  return [
    axis(info.inHeight, info.outHeight, info.effectiveFilterHeight, info.strideHeight, top, bottom),
    axis(info.inWidth, info.outWidth, info.effectiveFilterWidth, info.strideWidth, left, right),
  ]
}

export const axesOfVolume = (info: Info3D): Axis[] => {
  const { front, back, top, bottom, left, right } = info.padInfo
  return [
    axis(info.inDepth, info.outDepth, info.effectiveFilterDepth, info.strideDepth, front, back),
    axis(info.inHeight, info.outHeight, info.effectiveFilterHeight, info.strideHeight, top, bottom),
    axis(info.inWidth, info.outWidth, info.effectiveFilterWidth, info.strideWidth, left, right),
  ]
}

/** Sizes that were rounded up reach further than the padding that was asked for. */
function axis(
  size: number,
  out: number,
  window: number,
  stride: number,
  before: number,
  after: number,
): Axis {
  const needed = (out - 1) * stride + window - size - before
  return { size, out, window, stride, pads: [before, Math.max(after, needed)] }
}

export const isPadded = (axes: Axis[]): boolean =>
  axes.some(({ pads }) => pads[0] !== 0 || pads[1] !== 0)

/** [N, …axes, C] with the padding around, filled with `value`. Negative padding cuts off. */
export function padded(call: Call, x: Handle, axes: Axis[], value = 0): Handle {
  if (!isPadded(axes)) return x
  const least = axes.map(({ pads }) => pads.map(n => Math.max(0, n)) as [number, number])
  const pads = call.matrix([[0, 0], ...least, [0, 0]])
  const wide = call.run('PadV2', { T: FLOAT, Tpaddings: INT }, x, pads, call.float(value))
  if (axes.every(({ pads }) => Math.min(...pads) >= 0)) return wide
  const begin = call.ints(0, ...axes.map(({ pads: [before] }) => Math.max(0, -before)), 0)
  const sizes = axes.map(({ size, pads: [before, after] }) => before + size + after)
  return call.run('Slice', { T: FLOAT, Index: INT }, wide, begin, call.ints(-1, ...sizes, -1))
}

/** Without the padding. */
export function cropped(
  call: Call,
  x: Handle,
  axes: Axis[],
  [n, c]: [n: number, c: number],
): Handle {
  if (!isPadded(axes)) return x
  const begin = call.ints(0, ...axes.map(({ pads }) => pads[0]), 0)
  const size = call.ints(n, ...axes.map(({ size }) => size), c)
  return call.run('Slice', { T: FLOAT, Index: INT }, x, begin, size)
}

/** The sizes of [N, …axes, C] with the padding. */
export const paddedShape = (axes: Axis[], [n, c]: [n: number, c: number]): number[] => [
  n,
  ...axes.map(({ size, pads }) => pads[0] + size + pads[1]),
  c,
]
