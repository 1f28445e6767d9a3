/** Operations on images and volumes. */
import * as tf from '@tensorflow/tfjs-core'
import { type Check, within } from '../differences'

type Pair = [number, number]
type Pads = [Pair, Pair, Pair, Pair]
const around = (y: Pair, x: Pair): Pads => [[0, 0], y, x, [0, 0]]

type Pool = typeof tf.maxPool
const pools = (pool: Pool): Check[] => [
  [x => pool(x, 2, 2, 'valid'), [2, 4, 6, 2]],
  [x => pool(x, [3, 2], [2, 1], 'same'), [2, 5, 4, 1]],
  [x => pool(x, [2, 3], [1, 2], 'same'), [3, 5, 1]],
  [x => pool(x, 3, 2, around([1, 1], [0, 1]), 'floor'), [1, 6, 5, 2]],
  [x => pool(x, [3, 2], 2, around([0, 0], [0, 0]), 'ceil'), [1, 6, 5, 1]],
  [x => pool(x, 1, 2, 'same'), [1, 4, 5, 1]],
]

type Pool3d = typeof tf.maxPool3d
const pools3d = (pool: Pool3d): Check[] => [
  [x => pool(x, 2, 2, 'valid'), [2, 2, 4, 2, 1]],
  [x => pool(x, [2, 3, 2], [1, 2, 1], 'same'), [1, 3, 4, 3, 2]],
  [x => pool(x, [2, 2, 1], 2, 'same'), [3, 4, 5, 1]],
  [x => pool(x, 2, 2, 1, 'floor'), [1, 4, 3, 5, 1]],
]

const resizes = (resize: typeof tf.image.resizeBilinear): Check[] =>
  (
    [
      [
        [2, 3, 4, 2],
        [5, 3],
      ],
      [
        [2, 2, 5, 1],
        [4, 7],
      ],
      [
        [1, 5, 3, 2],
        [2, 3],
      ],
      [
        [4, 2, 3],
        [3, 5],
      ],
      [
        [1, 1, 2, 1],
        [2, 2],
      ],
      [
        [2, 3, 2, 1],
        [1, 1],
      ],
      [
        [1, 2, 3, 1],
        [2, 3],
      ],
    ] as const
  ).flatMap(([shape, size]) =>
    [
      [false, false],
      [true, false],
      [false, true],
    ].map(([align, half]): Check => [x => resize(x, [...size] as Pair, align, half), [...shape]]),
  )

const boxes = () =>
  tf.tensor2d(
    [
      [0.1, 0.2, 0.9, 0.7],
      [0.8, 0.1, 0.2, 1.3],
      [0, 0, 1, 1],
    ],
    [3, 4],
  )
const cropped = (method: 'bilinear' | 'nearest', size: Pair): Check => [
  x => tf.image.cropAndResize(x, boxes(), tf.tensor1d([1, 0, 1], 'int32'), size, method, 0.5),
  [2, 3, 5, 2],
]

const depthwise: Check[] = [
  [(x, f) => tf.depthwiseConv2d(x, f, 1, 'same'), [2, 3, 4, 2], [2, 3, 2, 2]],
  [(x, f) => tf.depthwiseConv2d(x, f, 2, 'valid'), [4, 5, 2], [2, 2, 2, 1]],
  [(x, f) => tf.depthwiseConv2d(x, f, 1, 'same', 'NHWC', [2, 1]), [1, 5, 4, 2], [2, 2, 2, 1]],
]

export const images: Record<string, Check[]> = {
  maxPool: pools(tf.maxPool),
  avgPool: pools(tf.avgPool as Pool),
  maxPool3d: pools3d(tf.maxPool3d),
  avgPool3d: pools3d(tf.avgPool3d as Pool3d),
  maxPoolWithArgmax: [
    [x => tf.maxPoolWithArgmax(x, 2, 2, 'valid').result as tf.Tensor, [2, 4, 6, 2]],
    [x => tf.maxPoolWithArgmax(x, [3, 2], 1, 'same').result as tf.Tensor, [1, 4, 3, 1]],
  ],
  pool: [
    [x => tf.pool(x, [2, 2], 'max', 'valid', [1, 1], [2, 2]), [1, 4, 6, 2]],
    [x => tf.pool(x, [2, 2], 'avg', 'valid', [2, 1], 1), [1, 5, 4, 1]],
    [x => tf.pool(x, [2, 3], 'max', 'same', [2, 2], 1), [1, 5, 6, 1]],
    [x => tf.pool(x, [2, 2], 'avg', 'same', [2, 2], 1), [1, 5, 4, 1]],
  ],
  'image.resizeBilinear': resizes(tf.image.resizeBilinear),
  'image.resizeNearestNeighbor': resizes(tf.image.resizeNearestNeighbor),
  'image.cropAndResize': [
    cropped('bilinear', [2, 3]),
    cropped('bilinear', [1, 4]),
    cropped('nearest', [3, 2]),
    cropped('nearest', [1, 1]),
  ],
  'image.flipLeftRight': [[tf.image.flipLeftRight, [2, 3, 4, 1]]],
  'image.grayscaleToRGB': [[tf.image.grayscaleToRGB, [2, 3, 1]]],
  'image.rgbToGrayscale': [
    [tf.image.rgbToGrayscale, [2, 2, 3]],
    [tf.image.rgbToGrayscale, [2, 1, 2, 3]],
  ],
  localResponseNormalization: [
    [x => tf.localResponseNormalization(x), [1, 2, 2, 3]],
    [x => tf.localResponseNormalization(x, 1, 1.5, 0.7, 0.6), [2, 1, 2, 4]],
  ],
  dilation2d: [
    [(x, f) => tf.dilation2d(x, f, 1, 'valid'), [1, 3, 4, 2], within([2, 2, 2], 0.1, 0.13)],
    [(x, f) => tf.dilation2d(x, f, 2, 'same', [1, 2]), [2, 4, 5, 1], within([2, 2, 1], 0.1, 0.13)],
  ],
  batchNorm: [
    [(x, m, v) => tf.batchNorm(x, m, v), [2, 3], [3], within([3], 0.5, 2)],
    [
      (x, m, v, b, s) => tf.batchNorm(x, m, v, b, s, 0.1),
      [2, 2, 3, 2],
      [2],
      within([2], 0.5, 2),
      [2],
      [2],
    ],
    [(x, m, v, s) => tf.batchNorm(x, m, v, undefined, s), [2, 3], [3], within([3], 0.5, 2), [3]],
    [
      (x, m, v, b, s) => tf.batchNorm(x, m, v, b, s),
      [2, 2, 2],
      [2, 2, 2],
      within([2, 2, 2], 0.5, 2),
      [2, 2, 2],
      [2, 2, 2],
    ],
  ],
  batchNorm2d: [
    [(x, m, v, b) => tf.batchNorm2d(x, m, v, b), [2, 3], [2, 3], within([2, 3], 0.5, 2), [2, 3]],
  ],
  batchNorm3d: [[(x, m, v) => tf.batchNorm3d(x, m, v), [2, 1, 3], [3], within([3], 0.5, 2)]],
  batchNorm4d: [
    [(x, m, v, b) => tf.batchNorm4d(x, m, v, b), [2, 2, 1, 3], [3], within([3], 0.5, 2), [3]],
  ],
  conv1d: [
    [(x, f) => tf.conv1d(x, f, 1, 'same'), [2, 4, 2], [3, 2, 2]],
    [(x, f) => tf.conv1d(x, f, 2, 'valid'), [5, 2], [2, 2, 1]],
    [(x, f) => tf.conv1d(x, f, 1, 'valid', 'NWC', 2), [1, 5, 2], [2, 2, 2]],
  ],
  conv2d: [
    [(x, f) => tf.conv2d(x, f, 1, 'same'), [2, 3, 4, 2], [3, 2, 2, 2]],
    [(x, f) => tf.conv2d(x, f, [2, 1], 'valid'), [4, 5, 1], [2, 3, 1, 2]],
    [
      (x, f) => tf.conv2d(x, f, 2, around([1, 0], [2, 1]), 'NHWC', 1, 'floor'),
      [1, 5, 4, 2],
      [3, 2, 2, 1],
    ],
    [(x, f) => tf.conv2d(x, f, 3, 'same'), [1, 7, 6, 1], [2, 2, 1, 2]],
    [(x, f) => tf.conv2d(x, f, 1, 'valid', 'NHWC', [1, 2]), [2, 4, 5, 2], [2, 2, 2, 1]],
  ],
  conv2dTranspose: [
    [(x, f) => tf.conv2dTranspose(x, f, [2, 4, 6, 2], 2, 'same'), [2, 2, 3, 1], [3, 2, 2, 1]],
    [(x, f) => tf.conv2dTranspose(x, f, [5, 4, 1], [2, 1], 'valid'), [2, 3, 2], [3, 2, 1, 2]],
    [
      (x, f) => tf.conv2dTranspose(x, f, [1, 4, 5, 1], 2, around([1, 1], [0, 1]) as never, 'floor'),
      [1, 2, 3, 1],
      [3, 2, 1, 1],
    ],
  ],
  depthwiseConv2d: depthwise,
  separableConv2d: [
    [(x, d, p) => tf.separableConv2d(x, d, p, 1, 'same'), [2, 3, 4, 2], [2, 2, 2, 2], [1, 1, 4, 3]],
  ],
  conv3d: [
    [(x, f) => tf.conv3d(x, f, 1, 'same'), [2, 2, 3, 2, 1], [2, 1, 2, 1, 2]],
    [(x, f) => tf.conv3d(x, f, [1, 2, 2], 'valid'), [3, 5, 4, 2], [2, 3, 2, 2, 1]],
    [(x, f) => tf.conv3d(x, f, 2, 'same'), [1, 3, 4, 5, 1], [2, 3, 2, 1, 2]],
  ],
  conv3dTranspose: [
    [
      (x, f) => tf.conv3dTranspose(x, f, [2, 2, 4, 4, 2], [1, 2, 2], 'same'),
      [2, 2, 2, 2, 1],
      [2, 2, 3, 2, 1],
    ],
    [(x, f) => tf.conv3dTranspose(x, f, [3, 4, 3, 1], 1, 'valid'), [2, 3, 2, 2], [2, 2, 2, 1, 2]],
  ],
  'fused.conv2d': [
    [
      (x, filter, bias) => tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same' }),
      [2, 3, 4, 2],
      [2, 3, 2, 2],
      [2],
    ],
    [
      (x, filter) => tf.fused.conv2d({ x, filter, strides: 2, pad: 'valid' }),
      [1, 4, 5, 1],
      [2, 2, 1, 2],
    ],
    [
      (x, filter, bias) =>
        tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'elu' }),
      [1, 3, 4, 1],
      [2, 2, 1, 2],
      [2],
    ],
    [
      (x, filter) => tf.fused.conv2d({ x, filter, strides: 2, pad: 1, dimRoundingMode: 'floor' }),
      [1, 4, 4, 1],
      [3, 3, 1, 2],
    ],
  ],
  'fused.depthwiseConv2d': [
    [
      (x, filter, bias) => tf.fused.depthwiseConv2d({ x, filter, bias, strides: 1, pad: 'same' }),
      [2, 3, 4, 2],
      [2, 2, 2, 1],
      [2],
    ],
    [
      (x, filter, bias) =>
        tf.fused.depthwiseConv2d({
          x,
          filter,
          bias,
          strides: 2,
          pad: 'valid',
          activation: 'sigmoid',
        }),
      [1, 4, 5, 2],
      [2, 2, 2, 1],
      [2],
    ],
  ],
}
