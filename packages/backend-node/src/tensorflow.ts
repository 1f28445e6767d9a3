/** The parts of tfjs-node that are used here, as its own types want the package to be there. */
import type { backend_util, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core'

/** The package that a program has installed: for the processor, or for CUDA. */
export type PackageName = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu'

/** A tensor of TensorFlow's, by the number under which the binding keeps it. */
export type Handle = number

/** What the binding tells of an operation's output. */
export interface OutputInfo {
  id: Handle
  shape: number[]
  dtype: number
}

/** An attribute of an operation; `type` is one of the binding's `TF_ATTR_…`. */
export interface Attribute {
  name: string
  type: number
  value: unknown
}

/** The native part: `tfjs_binding.node`. */
export interface Binding {
  TF_Version: string
  TF_FLOAT: number
  TF_INT32: number
  TF_BOOL: number
  TF_ATTR_STRING: number
  TF_ATTR_INT: number
  TF_ATTR_FLOAT: number
  TF_ATTR_BOOL: number
  TF_ATTR_TYPE: number
  TF_ATTR_SHAPE: number
  createTensor(shape: number[], dtype: number, values: backend_util.BackendValues): Handle
  deleteTensor(id: Handle): void
  tensorDataSync(id: Handle): backend_util.BackendValues
  executeOp(name: string, attributes: Attribute[], inputs: Handle[], outputs: number): OutputInfo[]
  getNumOfTensors(): number
  isUsingGpuDevice(): boolean
}

/** What the backend knows of a tensor. Until an operation reads them, its numbers are `values`. */
export interface TensorRecord {
  shape: number[]
  dtype: number
  values: backend_util.BackendValues | null
  /** Negative while the numbers are `values`. */
  id: Handle
  refCount: number
}

/** tfjs-node's backend. */
export interface TfjsNodeBackend extends KernelBackend {
  readonly binding: Binding
  readonly isUsingGpuDevice: boolean
  readonly tensorMap: {
    get(dataId: object): TensorRecord
    set(dataId: object, record: TensorRecord): void
    has(dataId: object): boolean
  }
  applyActivation(x: Tensor, activation: string, prelu?: Tensor, leakyreluAlpha?: number): Tensor
  createOutputTensor(output: OutputInfo): Tensor
  getInputTensorIds(tensors: TensorInfo[]): Handle[]
}

/** The class of it. */
export type TfjsNodeBackendClass = new (binding: Binding, packageName: string) => TfjsNodeBackend

export type Values = backend_util.BackendValues
