/** Dropout (contract: @dl/core's `dropout`): the same call serves the forward and the backward pass. */
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import { FLOATS_WORTH_CUTTING, type Kernel, type KernelCall } from '../kernel'

function dropout(call: KernelCall): TensorInfo {
  const x = call.input('x')
  const { p, key0, key1, counter } = call.attrs
  const from = call.float(x)
  const out = call.output(x.shape)
  const size = util.sizeFromShape(x.shape)
  const [low, high] = [counter >>> 0, Math.floor(counter / 2 ** 32)]
  const threshold = Math.ceil(p * 2 ** 24)
  const scale = 1 / (1 - p)
  const args = [from, call.float(out), size, key0, key1, low, high, threshold, scale]
  call.split('dropout', Math.ceil(size / 8), FLOATS_WORTH_CUTTING / 32, ...args)
  return out
}

export const dropoutKernels: Kernel[] = [{ name: 'DlDropout', run: dropout }]
