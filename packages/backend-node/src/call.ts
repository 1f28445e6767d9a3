/**
 * How a kernel of ours is written: as operations of TensorFlow on bare handles. That costs a third of
 * an operation of tfjs, which makes a tensor of each result.
 */
import { DlError, showShape } from '@dl/core'
import {
  type DataType,
  type KernelFunc,
  type NamedTensorInfoMap,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import type { NodeBackend } from './backend'
import { type Attrs, type Inputs, type Outputs, runFallback } from './fallback'
import type { Attribute, Handle, OutputInfo } from './tensorflow'

/** Attributes of an operation by name: text, a switch, whole numbers, a type, or a float. */
export type Settings = Record<string, string | boolean | number | number[] | Type | Float | Sizes>
/** The type of a tensor's numbers, as an attribute. */
export interface Type {
  type: 'float32' | 'int32' | 'bool'
}
/** A shape, as an attribute. */
export interface Sizes {
  sizes: number[]
}
/** A number that is no whole one, as an attribute. */
export interface Float {
  float: number
}

export const FLOAT: Type = { type: 'float32' }
export const INT: Type = { type: 'int32' }
export const BOOL: Type = { type: 'bool' }

/** What a kernel sees while it runs. What it made and does not return is freed when it ends. */
export class Call {
  /** Of the whole call, and of what runs within it now. */
  readonly #made: Map<Handle, OutputInfo>[] = [new Map()]

  constructor(
    readonly name: string,
    readonly backend: NodeBackend,
    readonly inputs: Inputs,
    readonly attrs: Attrs,
    readonly ofTfjsNode: KernelFunc | undefined,
  ) {}

  /** The input of that name, or undefined where it is left out. */
  optional(name: string): Handle | undefined {
    const info = this.inputs[name]
    return info == null ? undefined : this.backend.handle(info as TensorInfo)
  }

  /** The input of that name. */
  input(name: string): Handle {
    return this.backend.handle(this.inputs[name] as TensorInfo)
  }

  shape(name: string): number[] {
    return (this.inputs[name] as TensorInfo).shape
  }

  /** The only output of an operation. */
  run(operation: string, settings: Settings, ...inputs: Handle[]): Handle {
    return this.runAll(operation, settings, inputs, 1)[0]!
  }

  /** The first `outputs` outputs of an operation. */
  runAll(operation: string, settings: Settings, inputs: Handle[], outputs: number): Handle[] {
    const attributes = attributesOf(this.backend, settings)
    return this.backend.binding.executeOp(operation, attributes, inputs, outputs).map(output => {
      this.#made.at(-1)!.set(output.id, output)
      return output.id
    })
  }

  /** Whole numbers as a tensor. */
  ints(...values: number[]): Handle {
    return this.#constant([values.length], Int32Array.from(values))
  }

  /** Rows of whole numbers as a tensor. */
  matrix(rows: readonly (readonly number[])[]): Handle {
    return this.#constant([rows.length, rows[0]!.length], Int32Array.from(rows.flat()))
  }

  /** Floats as a tensor. */
  floats(values: Float32Array, shape: number[]): Handle {
    return this.#constant(shape, values)
  }

  /** The values of an input of whole numbers where looking at them costs nothing: on the processor. */
  valuesAtHand(name: string): Int32Array | null {
    if (this.backend.isUsingGpuDevice) return null
    return this.backend.readSync((this.inputs[name] as TensorInfo).dataId) as Int32Array
  }

  reshape(x: Handle, shape: readonly number[], T = FLOAT): Handle {
    return this.run('Reshape', { T, Tshape: INT }, x, this.ints(...shape))
  }

  /** One whole number as a tensor. */
  int(value: number): Handle {
    return this.#constant([], Int32Array.of(value))
  }

  /** One number as a tensor. */
  float(value: number): Handle {
    return this.#constant([], Float32Array.of(value))
  }

  #constant(shape: number[], values: Int32Array | Float32Array): Handle {
    const { binding } = this.backend
    const dtype = values instanceof Int32Array ? binding.TF_INT32 : binding.TF_FLOAT
    const id = binding.createTensor(shape, dtype, values)
    this.#made.at(-1)!.set(id, { id, shape, dtype })
    return id
  }

  /** Zeros that a kernel computes with. */
  constant(shape: readonly number[]): Handle {
    return this.run('Fill', { T: FLOAT, index_type: INT }, this.ints(...shape), this.float(0))
  }

  /** What comes of sums over nothing, in which TensorFlow leaves whatever was there. */
  zeros(shape: readonly number[]): TensorInfo {
    return this.output(this.constant(shape))
  }

  /** Runs a part and frees what it made, except for what it returns. */
  within<T extends Handle[]>(part: () => T): T {
    this.#made.push(new Map())
    try {
      const results = part()
      const [outer, inner] = this.#made.slice(-2) as [
        Map<Handle, OutputInfo>,
        Map<Handle, OutputInfo>,
      ]
      for (const handle of results) {
        const made = inner.get(handle)
        if (made) outer.set(handle, made)
        inner.delete(handle)
      }
      return results
    } finally {
      this.#release(this.#made.pop()!)
    }
  }

  /** What was made, as a tensor that stays. An input's handle is copied, which shares its numbers. */
  output(handle: Handle, dtype: DataType = 'float32'): TensorInfo {
    const home = this.#made.find(made => made.has(handle))
    if (!home) {
      const T = dtype === 'int32' ? INT : FLOAT
      return this.output(this.run('Identity', { T }, handle), dtype)
    }
    const made = home.get(handle)!
    home.delete(handle)
    return this.backend.adopt(made, dtype)
  }

  /** Frees something before its part ends. */
  free(handle: Handle): void {
    if (this.#made.at(-1)!.delete(handle)) this.backend.binding.deleteTensor(handle)
  }

  /** Whether nobody else holds an input's numbers. */
  isAlone(name: string): boolean {
    const { dataId } = this.inputs[name] as TensorInfo
    const uses = Object.values(this.inputs).filter(
      input => (input as TensorInfo)?.dataId === dataId,
    )
    return uses.length === 1 && this.backend.refCount(dataId) === 1
  }

  /** Gives up an input's handle, so that an operation may write over its numbers. */
  handOver(name: string): void {
    this.backend.put((this.inputs[name] as TensorInfo).dataId, null)
  }

  /** Gives the input what became of it, and returns it as an output. */
  takeBack(name: string, handle: Handle): TensorInfo {
    const { dataId, shape, dtype } = this.inputs[name] as TensorInfo
    this.#made.at(-1)!.delete(handle)
    this.backend.put(dataId, handle)
    this.backend.incRef(dataId)
    return { dataId, shape, dtype }
  }

  /** Complains unless the input has this shape and is float32. */
  expectShape(name: string, shape: number[]): void {
    const { shape: got, dtype } = this.inputs[name] as TensorInfo
    if (dtype === 'float32' && util.arraysEqual(got, shape)) return
    throw new DlError('shape-mismatch', {
      problem: `${this.name} got ${name} as ${dtype} ${showShape(got)}`,
      expected: `float32 ${showShape(shape)}`,
    })
  }

  /** Leaves the call to tfjs's CPU kernel, for what this kernel does not cover. */
  fallback(): Outputs {
    return runFallback(this.name, this.backend, this.inputs, this.attrs)
  }

  /** Leaves the call to tfjs-node's own kernel. */
  original(): Outputs {
    const { inputs, attrs, backend } = this
    return this.ofTfjsNode!({ inputs: inputs as NamedTensorInfoMap, attrs, backend })
  }

  /** Frees what is left. */
  end(): void {
    for (const made of this.#made) this.#release(made)
  }

  #release(made: Map<Handle, OutputInfo>): void {
    for (const handle of made.keys()) this.backend.binding.deleteTensor(handle)
  }
}

/** Whether one of these inputs has no element. */
export const isEmpty = (call: Call, ...names: string[]): boolean =>
  names.some(name => call.shape(name).includes(0))

/** One kernel: what it does. */
export type Run = (call: Call) => Outputs

/** Kernels by their names in tfjs's registry. */
export type Kernels = Record<string, Run>

/** A kernel's function as tfjs's registry wants it, with that of tfjs-node which it replaces. */
export const kernelFunc =
  (name: string, run: Run, ofTfjsNode?: KernelFunc): KernelFunc =>
  ({ inputs, attrs, backend }) => {
    const call = new Call(name, backend as NodeBackend, inputs as Inputs, attrs ?? {}, ofTfjsNode)
    try {
      return run(call)
    } finally {
      call.end()
    }
  }

function attributesOf({ binding }: NodeBackend, settings: Settings): Attribute[] {
  const types = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
  }
  return Object.entries(settings).map(([name, value]) => {
    if (typeof value === 'string') return { name, type: binding.TF_ATTR_STRING, value }
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value }
    if (typeof value === 'number' || Array.isArray(value)) {
      return { name, type: binding.TF_ATTR_INT, value }
    }
    if ('sizes' in value) return { name, type: binding.TF_ATTR_SHAPE, value: value.sizes }
    if ('type' in value) return { name, type: binding.TF_ATTR_TYPE, value: types[value.type] }
    return { name, type: binding.TF_ATTR_FLOAT, value: value.float }
  })
}
