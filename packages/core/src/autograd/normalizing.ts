/** The gradient of tf.batchNorm, which in tfjs wants a scale, and means and variances of one dimension. */
import {
  add,
  type FusedBatchNormAttrs,
  type GradConfig,
  mul,
  neg,
  rsqrt,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core'
import { sumToShape } from './elementwise'

/** The engine maps names to tensors; what a call left out, it must not try to keep. */
const names = Object.assign(['x', 'mean', 'variance', 'scale'], {
  map: (tensorOf: (name: string) => Tensor | undefined) =>
    [...names].map(tensorOf).filter(tensor => tensor != null),
}) as string[]

export const batchNorm: GradConfig = {
  kernelName: 'FusedBatchNorm',
  inputsToSave: names,
  gradFunc(gradient, saved, attrs) {
    const { varianceEpsilon } = attrs as unknown as FusedBatchNormAttrs
    const [x, mean, variance, scale] = saved as [Tensor, Tensor, Tensor, Tensor?]
    const dy = gradient as Tensor
    const factor = rsqrt(add(variance, varianceEpsilon))
    const normal = (): Tensor => mul(sub(x, mean), factor)
    const dx = mul(scale ? mul(dy, scale) : dy, factor)
    const towards = (flow: Tensor): Tensor => sumToShape(flow, mean.shape)
    return {
      x: () => dx,
      mean: () => towards(neg(dx)),
      variance: () => towards(mul(mul(dx, normal()), mul(factor, -0.5))),
      scale: () => towards(mul(dy, normal())),
      offset: () => towards(dy),
    }
  },
}
