/** A repair of tfjs's argMax: as in PyTorch, nothing is larger than a NaN, which tfjs passes over. */
import {
  engine,
  fill,
  isNaN as isNotANumber,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core'
import type { KernelRepair } from './kernel-repair'

export const argMax: KernelRepair = original => call => {
  const x = call.inputs.x as Tensor
  if (x.dtype !== 'float32') return original(call)
  return tidy(() => {
    const known = where(isNotANumber(x), fill(x.shape, Infinity), x)
    return engine().makeTensorFromTensorInfo(original({ ...call, inputs: { x: known } }) as never)
  })
}
