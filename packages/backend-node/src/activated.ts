/** What tfjs's fused convolutions do after the convolution: they add a bias and bend. */
import { add, engine, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core'
import type { Call } from './call'

/** Consumes `convolved`. */
export function activated(call: Call, convolved: TensorInfo): TensorInfo {
  const { bias, preluActivationWeights } = call.inputs as Record<string, Tensor>
  const { activation, leakyreluAlpha } = call.attrs
  return tidy(() => {
    const y = engine().makeTensorFromTensorInfo(convolved)
    const biased = bias ? add(y, bias) : y
    return call.backend.applyActivation(biased, activation, preluActivationWeights, leakyreluAlpha)
  })
}
