/**
 * What tfjs-core's own tests are not expected to pass, compared exactly: a failure that is not
 * listed fails, and so does a listed test that passes. An exception is for what we do otherwise on
 * purpose; for anything else the backend is to be mended.
 */
import type { RunName } from './run'

export interface Exception {
  file: string
  test: string
  runs: readonly RunName[]
  status: 'failed' | 'pending'
  reason: string
}

const everywhere: readonly RunName[] = [
  'cpu',
  'wasm',
  'wasm-repaired',
  'wasm-plain',
  'node',
  'webgpu',
]
/** With @dl/core's gradients. */
const repaired: readonly RunName[] = ['wasm-repaired', 'node', 'webgpu']
const onWasm: readonly RunName[] = ['wasm', 'wasm-repaired', 'wasm-plain']
/** On all that is ours. */
const ours: readonly RunName[] = [...onWasm, 'node', 'webgpu']

const onNode: readonly Exception[] = (
  [
    [
      'ops/max_pool_3d',
      'maxPool3d x=[1,3,3,3,1] f=[2,2,2] s=1 p=valid, ignores NaNs',
      'As in PyTorch nothing is larger than a NaN.',
    ],
    [
      'ops/conv2d_transpose',
      'conv2dTranspose input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4',
      'No convolution has this input and this output, and TensorFlow says so.',
    ],
    [
      'ops/gather',
      'gather throws when index is out of bound',
      'It throws; the message is another.',
    ],
    [
      'ops/tan',
      'tan numbers exceed float32 precision',
      'The last of seven digits; float32 has as many.',
    ],
  ] as const
).map(([file, test, reason]) => ({ file, test, reason, runs: ['node'], status: 'failed' }))

const UNCHECKED =
  'A program on the graphics card cannot throw, and nothing waits for what it found.'
const DIGITS = 'WGSL asks for few digits of the trigonometric functions.'

const onWebGPU: readonly Exception[] = (
  [
    ['ops/gather', 'gather throws when index is out of bound', UNCHECKED],
    ...[
      'indices < 0',
      'indices >= max rows',
      'segment id is negative and there is a hole',
      'segment id is negative',
      'segment id is out of range and negative',
      'segment id is out of range',
      'segment ids are not increasing',
    ].map(when => {
      const test = `sparseSegmentMean throw error if ${when}`
      return ['ops/sparse/sparse_segment_mean', test, UNCHECKED] as const
    }),
    ...[
      'indices invalid 1',
      'indices invalid 2',
      ...[2, 3, 4, 6, 7].map(n => `segments invalid ${n}`),
    ].map(
      what => ['ops/sparse/sparse_segment_sum', `sparseSegmentSum ${what}`, UNCHECKED] as const,
    ),
    ['ops/cos', 'cos gradients: Scalar', DIGITS],
    ['ops/cos', 'cos gradient with clones', DIGITS],
    ['ops/tan', 'tan gradients: Tensor2D', DIGITS],
    ['ops/tan', 'tan numbers exceed float32 precision', DIGITS],
    ...['', ', numChannels=4'].map(
      more =>
        [
          'ops/from_pixels',
          `fromPixels, mock canvas accepts a canvas-like element${more}`,
          'It is a canvas of the test, which the graphics card does not know.',
        ] as const,
    ),
    [
      'ops/pool',
      'pool max x=[2,2,3] f=[1,1] s=2 p=1 fractional outputs default rounding',
      'The maximum of padding alone; tfjs answers with another pixel.',
    ],
    ...['', ', inverted = true'].map(
      more =>
        [
          'ops/image/threshold',
          `threshold method otsu${more}`,
          "tfjs's program for Bincount does not compile for images.",
        ] as const,
    ),
  ] as const
).map(([file, test, reason]) => ({ file, test, reason, runs: ['webgpu'], status: 'failed' }))

export const exceptions: readonly Exception[] = [
  {
    file: 'ops/log_sigmoid',
    test: 'logSigmoid gradient with clones',
    runs: [...onWasm, 'node'],
    status: 'failed',
    reason:
      'tfjs computes this gradient from a tensor it has disposed, and throws on any backend unless the data lives on in a clone; here a disposed tensor is always refused by name, since an optimizer step may have written over its data.',
  },
  {
    file: 'ops/depthwise_conv2d',
    test: 'depthwiseConv2d gradients throws error on dilations > 1',
    runs: repaired,
    status: 'failed',
    reason: '@dl/core has gradients of dilated convolutions.',
  },
  {
    file: 'ops/avg_pool',
    test: 'avgPool gradient x=[3,3,1] f=[3,3] s=1 p=explicit',
    runs: repaired,
    status: 'failed',
    reason:
      'tfjs divides by the pixels inside the image but shares the gradient as if the padding counted; with @dl/core it is the derivative.',
  },
  ...(
    [
      ['ops/arg_max', 'argmax ignores NaNs'],
      ['ops/max_pool', 'maxPool [x=[3,3,1] f=[2,2] s=1 ignores NaNs'],
    ] as const
  ).map(([file, test]) => ({
    file,
    test,
    runs: ours,
    status: 'failed' as const,
    reason: 'As in PyTorch nothing is larger than a NaN, so a net that diverged shows it.',
  })),
  ...(
    [
      ['ops/binary_ops', 'maximum gradients: Tensor1D'],
      ['ops/binary_ops', 'maximum gradients: Tensor2D'],
      ['ops/binary_ops', 'minimum gradients: Tensor1D'],
      ['ops/binary_ops', 'minimum gradients: Tensor2D'],
      ...(['max', 'min'] as const).flatMap(name =>
        (
          [
            '1D, ties',
            'ties, 2D, axes=-1, keepDims=false',
            'ties, 3D, axes=[1, 2], keepDims=false',
            'ties, 4D, axes=[1, 2, 3], keepDims=false',
            'ties, 4D, axes=[2, 3], keepDims=true',
          ] as const
        ).map(ties => [`ops/${name}`, `${name} ${name} gradient: ${ties}`] as const),
      ),
    ] as const
  ).map(([file, test]) => ({
    file,
    test,
    runs: repaired,
    status: 'failed' as const,
    reason:
      'Of equal ones tfjs gives each, or the first, the whole gradient; with @dl/core they share it, as in PyTorch.',
  })),
  ...['mirrorPad grad', 'mirrorPad gradient with clones'].map(test => ({
    file: 'ops/mirror_pad',
    test,
    runs: repaired,
    status: 'failed' as const,
    reason: 'tfjs drops what the mirrored elements got; with @dl/core it is the derivative.',
  })),
  ...(
    [
      ['flags', 'IS_BROWSER isBrowser: true'],
      ['flags', 'IS_BROWSER isBrowser: false'],
      ['kernel_registry', 'kernel_registry errors when registering the same kernel twice'],
      ['kernel_registry', 'gradient registry warning when registering the same gradient twice'],
    ] as const
  ).map(([file, test]) => ({
    file,
    test,
    runs: everywhere,
    status: 'pending' as const,
    reason: 'tfjs itself has switched it off.',
  })),
  {
    file: 'debug_mode',
    test: 'debug on A x B',
    // WebGPU has no debug mode, as that reads at once
    runs: everywhere.filter(name => name !== 'webgpu'),
    status: 'pending',
    reason: 'tfjs itself has switched it off.',
  },
  ...onNode,
  ...onWebGPU,
]

/** Files in which nothing is for Node. */
export const inPagesOnly: readonly string[] = [
  'io/browser_files',
  'io/indexed_db',
  'io/local_storage',
  'io/model_management',
  'io/passthrough',
  'io/router_registry',
  'io/weights_loader',
  'ops/draw',
  'ops/identity_pool',
  'ops/image/rotate_with_offset',
  'platforms/platform_browser',
]

/** What a whole family of tests fails with, and why that is as it should be. */
const families: readonly { runs: readonly RunName[]; message: RegExp; reason: string }[] = [
  {
    runs: ['webgpu'],
    message: /has no kernel on WebGPU/,
    reason: 'tfjs has no program for it either; here it is refused by name.',
  },
]

export const excuses = (name: RunName): RegExp[] =>
  families.filter(({ runs }) => runs.includes(name)).map(({ message }) => message)
