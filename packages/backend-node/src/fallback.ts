/** Kernels that tfjs-node has not: tfjs's CPU kernels, on copies of the numbers. */
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import { engine, getKernel, type TensorInfo } from '@tensorflow/tfjs-core'
import type { NodeBackend } from './backend'

/** Tensors by name; some kernels take lists, some leave inputs out. */
export type Inputs = Record<string, TensorInfo | TensorInfo[] | undefined>
// biome-ignore lint/suspicious/noExplicitAny: attributes are as free as tfjs's own
export type Attrs = Record<string, any>
export type Outputs = TensorInfo | TensorInfo[]

/** Runs tfjs's CPU kernel of that name and notes that it ran. */
export function runFallback(
  name: string,
  backend: NodeBackend,
  inputs: Inputs,
  attrs: Attrs,
): Outputs {
  const cpu = engine().findBackend('cpu') as MathBackendCPU
  const made: TensorInfo[] = []
  const toCpu = (info: TensorInfo): TensorInfo => {
    const values = backend.readSync(info.dataId) as Float32Array
    const copy = cpu.makeTensorInfo(info.shape, info.dtype, values)
    made.push(copy)
    return copy
  }
  const fromCpu = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => {
    return { dataId: backend.write(cpu.readSync(dataId), shape, dtype), shape, dtype }
  }
  backend.fallbacks.add(name)
  try {
    const copies = Object.entries(inputs).map(([key, input]) => [
      key,
      Array.isArray(input) ? input.map(toCpu) : input && toCpu(input),
    ])
    const call = { inputs: Object.fromEntries(copies), attrs, backend: cpu }
    const outputs = getKernel(name, 'cpu').kernelFunc(call)
    made.push(...[outputs].flat())
    return Array.isArray(outputs) ? outputs.map(fromCpu) : fromCpu(outputs)
  } finally {
    // an output may be an input
    for (const dataId of new Set(made.map(info => info.dataId))) cpu.disposeData(dataId, true)
  }
}
