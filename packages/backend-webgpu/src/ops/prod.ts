/** Products of small tensors, for which tfjs forgets to keep the axes. */
import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Repair } from '../kernel'

export const prod: Repair = original => call => {
  const { axis, keepDims } = call.attrs as unknown as { axis: number[]; keepDims: boolean }
  const result = original({ ...call, attrs: { ...call.attrs, keepDims: false } }) as TensorInfo
  if (!keepDims) return result
  const axes = util.parseAxisParam(axis, (call.inputs.x as TensorInfo).shape)
  return { ...result, shape: backend_util.expandShapeToKeepDim(result.shape, axes) }
}
