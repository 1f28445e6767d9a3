/**
 * DepthwiseConv2dNative, FusedDepthwiseConv2D and their gradients. The kernels know one output a
 * channel; for more, the channels of the image are repeated.
 */
import { DlError } from '@dl/core'
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { type Finish, finishOf, PLAIN } from '../activation'
import { FLOATS_WORTH_CUTTING } from '../gemm'
import { type Convolution, convolution, type Geometry, imageGradients, writeGeometry } from '../geometry'
import { allFloat, type Kernel, type KernelCall, type Outputs } from '../kernel'
import { turn } from './conv'

/** In how many parts a filter's gradient is added up. */
const PARTS = 32

/** The convolution the call describes, with as many channels as outputs. */
function depthwiseConvolution(call: KernelCall, shape: number[], filterShape: number[]): Convolution {
  if (call.attrs.dataFormat === 'NCHW') {
    throw new DlError('bad-option', {
      problem: `${call.name} got images as NCHW`,
      expected: 'NHWC',
    })
  }
  const conv = convolution(call, shape, filterShape, true)
  return { ...conv, channels: conv.outputs }
}

/** Where the image is, each channel repeated as often as it has outputs. */
function repeated(call: KernelCall, x: TensorInfo, { outputs }: Convolution): number {
  const from = call.float(x)
  const channels = x.shape[3]!
  if (outputs === channels) return from
  const pixels = util.sizeFromShape(x.shape.slice(0, 3))
  const times = outputs / channels
  const to = call.scratch(pixels * outputs)
  call.wasm.copy(from, to, 1, pixels, channels, times, 0, channels, 1, 0, 0, outputs, times, 1)
  return to
}
