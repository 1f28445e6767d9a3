/** Gradients of operations that copy elements to other places. */
import {
  add,
  type DepthToSpaceAttrs,
  type GradConfig,
  gather,
  getGradient,
  type MirrorPadAttrs,
  pad,
  range,
  reshape,
  reverse,
  type SliceAttrs,
  type StridedSliceAttrs,
  slice,
  slice_util,
  sum,
  type Tensor,
  type TileAttrs,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core'
import { rule } from './rule'

/** Of one piece only, tfjs hands the gradient over bare where these expect an array, and throws. */
const ofPieces = (original: GradConfig): GradConfig => ({
  ...original,
  gradFunc: (dy, saved, attrs) => original.gradFunc([dy].flat(), saved, attrs),
})

/** x as [before the axis, along it, behind it]. */
function around({ shape }: { shape: number[] }, axis: number): [number, number, number] {
  const size = (some: number[]) => some.reduce((product, n) => product * n, 1)
  return [size(shape.slice(0, axis)), shape[axis]!, size(shape.slice(axis + 1))]
}

/** tfjs runs a kernel per copy, and ends at rank 4. */
const tile = rule<TileAttrs>('Tile', {
  shapes: ['x'],
  grads: (dy, [x], { reps }) => ({
    x: () =>
      reps.reduce((dx, times, axis) => {
        if (times === 1) return dx
        const [before, , behind] = around(dx, axis)
        const shape = dx.shape.with(axis, x!.shape[axis]!)
        return reshape(sum(reshape(dx, [before, times, shape[axis]! * behind]), 1), shape)
      }, dy),
  }),
})

/** tfjs drops what the mirrored elements got. */
const mirrorPad = rule<MirrorPadAttrs>('MirrorPad', {
  grads: (dy, _, { paddings, mode }) => ({
    x: () =>
      paddings.reduce((padded, [before, after], axis) => {
        const size = padded.shape[axis]! - before - after
        const skipped = mode === 'reflect' ? 1 : 0
        const part = (begin: number, length: number) =>
          slice(
            padded,
            padded.shape.map((_, i) => (i === axis ? begin : 0)),
            padded.shape.with(axis, length),
          )
        const mirrored = (begin: number, length: number, first: number) =>
          spread(reverse(part(begin, length), axis), axis, first, size)
        let dx = part(before, size)
        if (before > 0) dx = add(dx, mirrored(0, before, skipped))
        if (after > 0) dx = add(dx, mirrored(before + size, after, size - skipped - after))
        return dx
      }, dy),
  }),
})

/** Puts x into zeros, or another filling: its first element along the axis at `first`, the next ones `stride` behind. */
export function spread(
  x: Tensor,
  axis: number,
  first: number,
  size: number,
  stride = 1,
  filling = 0,
): Tensor {
  const [before, n, behind] = around(x, axis)
  if (n === size && stride === 1) return x
  const reach = (n - 1) * stride + 1
  const apart = reshape(x, [before, n, 1, behind])
  const gaps = [
    [0, 0],
    [0, 0],
    [0, stride - 1],
    [0, 0],
  ] as [number, number][]
  const wide = stride > 1 ? pad(apart, gaps) : apart
  const flat = slice(reshape(wide, [before, n * stride, behind]), [0, 0, 0], [-1, reach, -1])
  const ends = [
    [0, 0],
    [first, size - first - reach],
    [0, 0],
  ] as [number, number][]
  const whole = pad(flat, ends, filling)
  return reshape(whole, x.shape.with(axis, size))
}

/** The reverse of `spread`: `count` elements along the axis. */
export function pick(
  x: Tensor,
  axis: number,
  first: number,
  count: number,
  stride: number,
): Tensor {
  const [before, n, behind] = around(x, axis)
  const length = Math.min(count * stride, n - first)
  const part = slice(reshape(x, [before, n, behind]), [0, first, 0], [-1, length, -1])
  const whole = spread(part, 1, 0, count * stride)
  const each = slice(reshape(whole, [before, count, stride, behind]), [0, 0, 0, 0], [-1, -1, 1, -1])
  return reshape(each, x.shape.with(axis, count))
}

/** WebGL pads four dimensions at most; beyond, they are padded one by one. */
const slices = rule<SliceAttrs>('Slice', {
  shapes: ['x'],
  grads: (dy, [x], attrs) => ({
    x() {
      const { shape } = x!
      const begin = slice_util.parseSliceParams(x!, attrs.begin, attrs.size)[0]!
      const pads = shape.map((size, i): [number, number] => [
        begin[i]!,
        size - begin[i]! - dy.shape[i]!,
      ])
      return dy.rank <= 4 || dy.size === 0
        ? pad(dy, pads)
        : shape.reduce((dx, size, axis) => spread(dx, axis, begin[axis]!, size), dy)
    },
  }),
})

const stridedSlice = rule<StridedSliceAttrs>('StridedSlice', {
  shapes: ['x'],
  grads(dy, [x], attrs) {
    const { shape } = x!
    const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs
    const { begin, end, strides } = slice_util.sliceInfo(
      ...([shape, attrs.begin, attrs.end, attrs.strides] as const),
      ...([beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask] as const),
    )
    const back = (dx: Tensor, axis: number): Tensor => {
      const [n, stride] = [dx.shape[axis]!, strides[axis]!]
      return stride > 0
        ? spread(dx, axis, begin[axis]!, shape[axis]!, stride)
        : spread(reverse(dx, axis), axis, begin[axis]! + (n - 1) * stride, shape[axis]!, -stride)
    }
    return {
      x: () =>
        dy.size === 0
          ? zeros(shape)
          : shape.reduce(
              (dx, _, axis) => back(dx, axis),
              reshape(dy, slice_util.computeOutShape(begin, end, strides)),
            ),
    }
  },
})

const depthToSpace = rule<DepthToSpaceAttrs>('DepthToSpace', {
  grads: (dy, _, { blockSize: block }) => ({
    x() {
      const [images, rows, columns, channels] = dy.shape as [number, number, number, number]
      const [height, width] = [rows / block, columns / block]
      const blocks = reshape(dy, [images, height, block, width, block, channels])
      const deep = transpose(blocks, [0, 1, 3, 2, 4, 5])
      return reshape(deep, [images, height, width, block * block * channels])
    },
  }),
})

const flipLeftRight = rule('FlipLeftRight', {
  grads: dy => ({ image: () => reverse(dy, 2) }),
})

const diagonal = rule('Diag', {
  shapes: ['x'],
  grads: (dy, [x]) => ({
    x() {
      const { size, shape } = x!
      const places = range(0, size * size, size + 1, 'int32')
      return reshape(gather(reshape(dy, [-1]), places), shape)
    },
  }),
})

export const arranging = (): GradConfig[] => [
  ...['Unpack', 'SplitV'].map(name => ofPieces(getGradient(name))),
  tile,
  mirrorPad,
  slices,
  stridedSlice,
  depthToSpace,
  flipLeftRight,
  diagonal,
]
