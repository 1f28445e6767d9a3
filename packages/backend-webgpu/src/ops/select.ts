/** A choice for each element in any number of dimensions; tfjs's program ends at four. */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from '../backend'
import type { Repair } from '../kernel'
import { launch, sizeOf } from '../program'

export const select: Repair = original => call => {
  const { condition, t, e } = call.inputs as Record<string, TensorInfo>
  const size = sizeOf(t!)
  const alike = t!.dtype === e!.dtype && sizeOf(condition!) === size && sizeOf(e!) === size
  if (!alike || size === 0 || ['string', 'complex64'].includes(t!.dtype)) return original(call)
  const backend = call.backend as TrainingWebGPU
  const out = backend.makeTensorInfo(t!.shape, t!.dtype)
  launch(backend, {
    key: 'select',
    buffers: {
      condition: { tensor: condition!, type: 'u32' },
      // bits, whatever they mean
      ...{ t: { tensor: t!, type: 'u32' }, e: { tensor: e!, type: 'u32' } },
      out: { tensor: out, type: 'u32', writes: true },
    },
    code: 'fn main(at: u32) { out[at] = select(e[at], t[at], condition[at] != 0u); }',
    count: size,
  })
  return out
}
