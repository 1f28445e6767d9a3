/** Operations that move elements: between shapes, in and out of places, into tensors that join others. */
import * as tf from '@tensorflow/tfjs-core'
import type { Check } from '../differences'

const ints = (values: number[] | number[][] | number[][][]) => tf.tensor(values, undefined, 'int32')

const padded = (mode: 'reflect' | 'symmetric'): Check[] => [
  [x => tf.mirrorPad(x, [[1, 1]], mode), [3]],
  [x => tf.mirrorPad(x, [[2, 0]], mode), [3]],
  [x => tf.mirrorPad(x, [[0, 0]], mode), [3]],
  [
    x =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [0, 1],
        ],
        mode,
      ),
    [3, 2],
  ],
  [
    x =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [2, 1],
          [1, 1],
          [0, 0],
        ],
        mode,
      ),
    [2, 3, 4, 2],
  ],
]

export const shapes: Record<string, Check[]> = {
  reshape: [
    [x => tf.reshape(x, [3, -1]), [2, 3]],
    [x => tf.reshape(x, []), [1, 1]],
  ],
  ensureShape: [[x => tf.ensureShape(x, [2, 3]), [2, 3]]],
  expandDims: [
    [x => tf.expandDims(x, 1), [2, 3]],
    [x => tf.expandDims(x, -1), [2, 3]],
  ],
  squeeze: [
    [x => tf.squeeze(x), [1, 2, 1, 3]],
    [x => tf.squeeze(x, [-2]), [2, 1, 3]],
  ],
  transpose: [
    [x => tf.transpose(x), [2, 3]],
    [x => tf.transpose(x, [2, 0, 1]), [2, 3, 4]],
    [x => tf.transpose(x, [0, 3, 1, 4, 2]), [2, 1, 2, 3, 2]],
  ],
  reverse: [
    [x => tf.reverse(x), [2, 3]],
    [x => tf.reverse(x, -2), [2, 3, 2]],
    [x => tf.reverse(x, [0, 2]), [2, 3, 2]],
  ],
  reverse1d: [[tf.reverse1d, [4]]],
  reverse2d: [[x => tf.reverse2d(x, 1), [2, 3]]],
  reverse3d: [[x => tf.reverse3d(x, [0, 2]), [2, 3, 2]]],
  reverse4d: [[x => tf.reverse4d(x, [1, 3]), [2, 3, 1, 2]]],
  tile: [
    [x => tf.tile(x, [3]), [2]],
    [x => tf.tile(x, [2, 1]), [2, 3]],
    [x => tf.tile(x, [2, 3, 1]), [1, 2, 2]],
    [x => tf.tile(x, [1, 2, 1, 3]), [2, 1, 2, 2]],
    [x => tf.tile(x, [2, 1, 2, 1, 2]), [1, 2, 2, 1, 2]],
  ],
  broadcastTo: [
    [x => tf.broadcastTo(x, [4, 3]), [3]],
    [x => tf.broadcastTo(x, [2, 3, 2]), [2, 1, 2]],
    [x => tf.broadcastTo(x, [2, 2, 1, 2, 3]), [2, 1, 1, 3]],
    [x => tf.broadcastTo(x, [2, 2]), []],
  ],
  pad: [
    [
      x =>
        tf.pad(
          x,
          [
            [1, 0],
            [2, 1],
          ],
          3,
        ),
      [2, 3],
    ],
  ],
  pad1d: [[x => tf.pad1d(x, [1, 2]), [3]]],
  pad2d: [
    [
      x =>
        tf.pad2d(x, [
          [1, 0],
          [0, 2],
        ]),
      [2, 3],
    ],
  ],
  pad3d: [
    [
      x =>
        tf.pad3d(x, [
          [1, 0],
          [0, 2],
          [1, 1],
        ]),
      [2, 3, 1],
    ],
  ],
  pad4d: [
    [
      x =>
        tf.pad4d(x, [
          [0, 0],
          [1, 2],
          [2, 0],
          [0, 1],
        ]),
      [2, 3, 2, 1],
    ],
  ],
  mirrorPad: [...padded('reflect'), ...padded('symmetric')],
  concat: [
    [(a, b) => tf.concat([a, b], 0), [2, 3], [1, 3]],
    [(a, b, c) => tf.concat([a, b, c], -1), [2, 1, 3], [2, 1, 1], [2, 1, 2]],
  ],
  concat1d: [[(a, b) => tf.concat1d([a, b]), [2], [3]]],
  concat2d: [[(a, b) => tf.concat2d([a, b], 1), [2, 2], [2, 3]]],
  concat3d: [[(a, b) => tf.concat3d([a, b], 1), [2, 2, 1], [2, 3, 1]]],
  concat4d: [[(a, b) => tf.concat4d([a, b], 2), [1, 2, 1, 2], [1, 2, 3, 2]]],
  stack: [
    [(a, b) => tf.stack([a, b]), [2, 3], [2, 3]],
    [(a, b) => tf.stack([a, b], -1), [2, 3], [2, 3]],
  ],
  unstack: [
    [x => tf.unstack(x)[1]!, [2, 3]],
    [x => tf.mul(...(tf.unstack(x, -1) as [tf.Tensor, tf.Tensor])), [3, 2]],
  ],
  split: [
    [x => tf.split(x, 2)[0]!, [4, 3]],
    [x => tf.split(x, [1, 2], -1)[1]!, [2, 3]],
  ],
  slice: [
    [x => tf.slice(x, 1), [4]],
    [x => tf.slice(x, [0, 1], [-1, 2]), [2, 4]],
    [x => tf.slice(x, [1, 0, 1, 0, 1], [1, 2, 1, 1, 1]), [2, 2, 3, 1, 2]],
  ],
  slice1d: [[x => tf.slice1d(x, 1, 2), [4]]],
  slice2d: [[x => tf.slice2d(x, [1, 0], [1, 2]), [2, 3]]],
  slice3d: [[x => tf.slice3d(x, [1, 0, 1], [1, 2, 1]), [2, 3, 2]]],
  slice4d: [[x => tf.slice4d(x, [1, 0, 1, 0], [1, 2, 1, 1]), [2, 3, 2, 1]]],
  stridedSlice: [
    [x => tf.stridedSlice(x, [0], [5], [2]), [5]],
    [x => tf.stridedSlice(x, [1], [4], [1]), [5]],
    [x => tf.stridedSlice(x, [4], [0], [-2]), [5]],
    [x => tf.stridedSlice(x, [0], [0], [-1], 1, 1), [4]],
    [x => tf.stridedSlice(x, [1, 4], [3, 0], [1, -1]), [3, 5]],
    [x => tf.stridedSlice(x, [0, -3, 0], [2, 4, 3], [1, 2, 2]), [2, 4, 3]],
    [x => tf.stridedSlice(x, [0, 1], [2, 2], [1, 1], 0, 0, 0, 0, 2), [2, 3]],
    [x => tf.stridedSlice(x, [1, 0], [2, 2], [1, 1], 0, 0, 0, 1), [2, 3]],
    [x => tf.stridedSlice(x, [0], [2], [1], 0, 0, 1), [3, 2, 2]],
  ],
  gather: [
    [x => tf.gather(x, ints([2, 0, 2])), [4]],
    [x => tf.gather(x, ints([1, 1, 0])), [3, 2]],
    [x => tf.gather(x, ints([1, 1, 0]), 1), [2, 3]],
    [x => tf.gather(x, ints([1, 1, 0]), -2), [2, 3, 2]],
    [
      x =>
        tf.gather(
          x,
          ints([
            [1, 0],
            [2, 2],
          ]),
          1,
        ),
      [2, 3, 2],
    ],
    [x => tf.gather(x, tf.scalar(1, 'int32'), 1), [2, 3]],
    [
      x =>
        tf.gather(
          x,
          ints([
            [1, 0, 1],
            [2, 2, 0],
          ]),
          1,
          1,
        ),
      [2, 3],
    ],
    [x => tf.gather(x, ints([[1], [0]]), 2, 1), [2, 2, 3, 2]],
    [
      x =>
        tf.gather(
          x,
          ints([
            [
              [1, 0],
              [2, 2],
            ],
            [
              [0, 0],
              [1, 2],
            ],
          ]),
          2,
          2,
        ),
      [2, 2, 3, 2],
    ],
  ],
  gatherND: [
    [x => tf.gatherND(x, ints([[1], [0], [1]])), [3]],
    [
      x =>
        tf.gatherND(
          x,
          ints([
            [1, 0],
            [0, 2],
            [1, 0],
          ]),
        ),
      [2, 3],
    ],
    [
      x =>
        tf.gatherND(
          x,
          ints([
            [[1], [0]],
            [[1], [1]],
          ]),
        ),
      [2, 3],
    ],
    [x => tf.gatherND(x, ints([[1, 0]])), [2, 3, 2]],
  ],
  scatterND: [
    [x => tf.scatterND(ints([[1], [0], [1]]), x, [4]), [3]],
    [x => tf.scatterND(ints([[2], [0]]), x, [3, 2]), [2, 2]],
    [
      x =>
        tf.scatterND(
          ints([
            [1, 0],
            [0, 2],
            [1, 0],
          ]),
          x,
          [2, 3],
        ),
      [3],
    ],
  ],
  tensorScatterUpdate: [
    [(x, u) => tf.tensorScatterUpdate(x, ints([[1], [3]]), u), [4], [2]],
    [(x, u) => tf.tensorScatterUpdate(x, ints([[2], [0]]), u), [3, 2], [2, 2]],
    [
      (x, u) =>
        tf.tensorScatterUpdate(
          x,
          ints([
            [1, 0],
            [0, 2],
          ]),
          u,
        ),
      [2, 3],
      [2],
    ],
    [(x, u) => tf.tensorScatterUpdate(x, ints([[1], [1], [0]]), u), [3, 2], [3, 2]],
  ],
  spaceToBatchND: [
    [
      x =>
        tf.spaceToBatchND(
          x,
          [2, 3],
          [
            [1, 1],
            [0, 1],
          ],
        ),
      [1, 4, 5, 2],
    ],
  ],
  batchToSpaceND: [
    [
      x =>
        tf.batchToSpaceND(
          x,
          [2, 2],
          [
            [1, 0],
            [0, 1],
          ],
        ),
      [4, 2, 3, 1],
    ],
  ],
  depthToSpace: [
    [x => tf.depthToSpace(x, 2), [2, 1, 3, 8]],
    [x => tf.depthToSpace(x, 3), [1, 2, 1, 9]],
  ],
  diag: [
    [x => tf.diag(x), [3]],
    [x => tf.diag(x), [2, 3]],
  ],
  'linalg.bandPart': [
    [x => tf.linalg.bandPart(x, 1, 0), [3, 4]],
    [x => tf.linalg.bandPart(x, -1, 1), [2, 3, 3]],
  ],
  'signal.frame': [[x => tf.signal.frame(x, 3, 2, true, 0.5), [6]]],
}
