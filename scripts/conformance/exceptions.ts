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

const everywhere: readonly RunName[] = ['cpu', 'wasm', 'wasm-repaired', 'wasm-plain']
const onWasm: readonly RunName[] = ['wasm', 'wasm-repaired', 'wasm-plain']

export const exceptions: readonly Exception[] = [
  {
    file: 'ops/log_sigmoid',
    test: 'logSigmoid gradient with clones',
    runs: onWasm,
    status: 'failed',
    reason:
      'tfjs computes this gradient from a tensor it has disposed, and throws on any backend unless the data lives on in a clone; here a disposed tensor is always refused by name, since an optimizer step may have written over its data.',
  },
  {
    file: 'ops/depthwise_conv2d',
    test: 'depthwiseConv2d gradients throws error on dilations > 1',
    runs: ['wasm-repaired'],
    status: 'failed',
    reason: '@dl/core has gradients of dilated convolutions.',
  },
  {
    file: 'ops/avg_pool',
    test: 'avgPool gradient x=[3,3,1] f=[3,3] s=1 p=explicit',
    runs: ['wasm-repaired'],
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
    runs: onWasm,
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
    runs: ['wasm-repaired'] as const,
    status: 'failed' as const,
    reason:
      'Of equal ones tfjs gives each, or the first, the whole gradient; with @dl/core they share it, as in PyTorch.',
  })),
  ...['mirrorPad grad', 'mirrorPad gradient with clones'].map(test => ({
    file: 'ops/mirror_pad',
    test,
    runs: ['wasm-repaired'] as const,
    status: 'failed' as const,
    reason: 'tfjs drops what the mirrored elements got; with @dl/core it is the derivative.',
  })),
  ...(
    [
      ['debug_mode', 'debug on A x B'],
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
