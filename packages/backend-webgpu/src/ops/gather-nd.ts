/** A repair of tfjs's gatherND, which leaks where it computes small tensors on the host. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import type { Repair } from '../kernel'

export const gatherNd: Repair = original => call => {
  const { params, indices } = call.inputs as Record<string, TensorInfo>
  const numbers = params!.dtype !== 'string' && ![params!, indices!].some(x => x.shape.includes(0))
  // what is on the device is computed there
  if (numbers) (call.backend as TrainingWebGPU).uploadToGPU(params!.dataId)
  return original(call)
}
