/** Bias and activation that a convolution applies to its results. */
import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelCall } from './kernel'

/** The numbers kernels/activation.ts knows these functions by. */
const ACTIVATIONS: Record<string, number | undefined> = {
  ...{ linear: 0, relu: 1, relu6: 2, sigmoid: 3, leakyrelu: 4, prelu: 4, elu: 5 },
}

/** Arguments of the kernels: pointers to `n` numbers, or 0. */
export type Finish = [bias: number, activation: number, slopes: number]

/** No bias, no activation. */
export const PLAIN: Finish = [0, 0, 0]

/** What follows a fused convolution with `n` outputs; null if tfjs has to do it. */
export function finishOf(call: KernelCall, n: number): Finish | null {
  const { bias, preluActivationWeights: slopes } = call.inputs as Record<string, TensorInfo>
  const { activation = 'linear', leakyreluAlpha = 0.2 } = call.attrs
  const code = ACTIVATIONS[activation]
  const rows = [bias, slopes].filter(info => info !== undefined)
  const fits = rows.every(({ shape, dtype }) => {
    const size = util.sizeFromShape(shape)
    return dtype === 'float32' && (size === 1 || (size === n && shape.at(-1) === n))
  })
  if (code === undefined || !fits || (activation === 'prelu' && slopes === undefined)) return null
  const slope = activation === 'prelu' ? slopes : activation === 'leakyrelu' ? leakyreluAlpha : 0
  return [row(call, bias, n), code, row(call, slope, n)]
}

/** Where `n` numbers are: those of a tensor, or one number repeated; 0 if there are none. */
function row(call: KernelCall, of: TensorInfo | number | undefined, n: number): number {
  if (!of) return 0
  if (typeof of !== 'number' && util.sizeFromShape(of.shape) === n) return call.float(of)
  const { linear } = call.backend
  const value = typeof of === 'number' ? of : linear.floats(call.float(of), 1)[0]!
  const pointer = call.scratch(n)
  linear.floats(pointer, n).fill(value)
  return pointer
}
