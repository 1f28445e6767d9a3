/**
 * Gradients of resized images. Rows and columns are resized one after the other, each by a matrix,
 * whose transpose takes the gradient back. tfjs's kernels for them swap height and width, know nothing
 * of halfPixelCenters, and for nearest neighbours leave the batch out and may not end.
 */
import {
  abs,
  add,
  type CropAndResizeAttrs,
  cast,
  clipByValue,
  div,
  equal,
  floor,
  type GradConfig,
  lessEqual,
  matMul,
  mul,
  type ResizeBilinearAttrs,
  range,
  relu,
  reshape,
  slice,
  sub,
  type Tensor,
  type Tensor1D,
  tensor,
  transpose,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core'
import { DlError } from '../errors'
import { rule } from './rule'

/** Writes the weights of an output pixel that lies at `at` into its row. */
type Weigh = (row: Float32Array, at: number, options: ResizeBilinearAttrs) => void

const bilinear: Weigh = (row, at, { halfPixelCenters }) => {
  const last = row.length - 1
  const place = halfPixelCenters ? at - 0.5 : at
  const low = Math.max(0, Math.floor(place))
  const share = Math.max(0, place - low)
  const high = Math.min(last, low + 1)
  row[low]! += 1 - share
  row[high]! += share
}

const nearest: Weigh = (row, at, { alignCorners }) => {
  row[Math.min(row.length - 1, alignCorners ? Math.round(at) : Math.floor(at))] = 1
}

/** [1, outputs, inputs] */
function weights(
  weigh: Weigh,
  inputs: number,
  outputs: number,
  attrs: ResizeBilinearAttrs,
): Tensor {
  const apart = attrs.alignCorners && outputs > 1 ? 1 : 0
  const scale = (inputs - apart) / (outputs - apart)
  const matrix = new Float32Array(outputs * inputs)
  for (let i = 0; i < outputs; i++) {
    const at = scale * (attrs.halfPixelCenters ? i + 0.5 : i)
    weigh(matrix.subarray(i * inputs, (i + 1) * inputs), at, attrs)
  }
  return tensor(matrix, [1, outputs, inputs])
}

const resized = (kernelName: string, weigh: Weigh): GradConfig =>
  rule<ResizeBilinearAttrs>(kernelName, {
    shapes: ['images'],
    grads: (dy, [images], attrs) => ({
      images() {
        const [count, height, width, channels] = images!.shape as [number, number, number, number]
        const [, rows, columns] = dy.shape as [number, number, number]
        const byRow = weights(weigh, height, rows, attrs)
        const byColumn = weights(weigh, width, columns, attrs)
        const tall = matMul(byRow, reshape(dy, [count, rows, columns * channels]), true)
        const wide = matMul(byColumn, reshape(tall, [count * height, columns, channels]), true)
        return reshape(wide, images!.shape)
      },
    }),
  })

const cropAndResize = rule<CropAndResizeAttrs>('CropAndResize', {
  saves: ['boxes', 'boxInd'],
  shapes: ['image'],
  grads: (dy, [boxes, boxInd, image], { method }) => ({
    image() {
      const [images, height, width, channels] = image!.shape as [number, number, number, number]
      const [count, rows, columns] = dy.shape as [number, number, number]
      const along = (axis: 0 | 1, size: number, samples: number): Tensor => {
        const edge = (i: number) => mul(slice(boxes!, [0, i], [-1, 1]), size - 1)
        return sampling([edge(axis), edge(axis + 2)], size, samples, method)
      }
      const byRow = along(0, height, rows)
      const byColumn = along(1, width, columns)
      const tall = matMul(byRow, reshape(dy, [count, rows, columns * channels]), true)
      const standing = transpose(reshape(tall, [count, height, columns, channels]), [0, 2, 1, 3])
      const wide = matMul(byColumn, reshape(standing, [count, columns, height * channels]), true)
      const each = transpose(reshape(wide, [count, width, height, channels]), [0, 2, 1, 3])
      const sums = unsortedSegmentSum(reshape(each, [count, -1]), boxInd as Tensor1D, images)
      return reshape(sums, image!.shape)
    },
    boxes() {
      throw new DlError('no-gradient', {
        problem: 'cropAndResize has no gradient towards its boxes',
        expected: 'boxes that are not trained',
        fix: 'Compute them inside noGrad().',
      })
    },
  }),
})

/** [boxes, samples, size]: the weights of the pixels along an axis, none where a sample lies outside. */
function sampling(
  [first, last]: [Tensor, Tensor],
  size: number,
  samples: number,
  method: string,
): Tensor {
  const steps = reshape(range(0, samples), [1, samples])
  const at =
    samples > 1
      ? add(first, mul(steps, div(sub(last, first), samples - 1)))
      : mul(add(first, last), 0.5)
  const middle = (size - 1) / 2
  // the last sample of a whole picture may be rounded to a little beyond it
  const inside = lessEqual(abs(sub(at, middle)), middle + 1e-4 * size)
  const clipped = reshape(clipByValue(at, 0, size - 1), [-1, samples, 1])
  const pixels = range(0, size)
  const hats =
    method === 'nearest'
      ? cast(equal(floor(add(clipped, 0.5)), pixels), 'float32')
      : relu(sub(1, abs(sub(clipped, pixels))))
  return mul(hats, reshape(cast(inside, 'float32'), [-1, samples, 1]))
}

export const resizing: GradConfig[] = [
  resized('ResizeBilinear', bilinear),
  resized('ResizeNearestNeighbor', nearest),
  cropAndResize,
]
