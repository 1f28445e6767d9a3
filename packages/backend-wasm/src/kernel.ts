/** How a kernel of ours is written: a name and a function of one call. */
import { allOrNothing, DlError, showShape } from '@dl/core'
import {
  type DataType,
  getKernel,
  type KernelFunc,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import type { WasmBackend } from './backend'
import type { KernelName, WasmKernels } from './instance'
import type { Block, NumberType } from './linear-memory'

/** So many floats copied, added or the like are worth handing to another thread: some 5 µs. */
export const FLOATS_WORTH_CUTTING = 2 ** 14

export type Outputs = TensorInfo | TensorInfo[]

/** One kernel: its name in tfjs's registry and what it does. */
export interface Kernel {
  name: string
  run(call: KernelCall): Outputs
}

/** What a kernel sees while it runs. Scratch is returned when it ends, outputs too if it throws. */
export class KernelCall {
  readonly wasm: WasmKernels
  readonly #scratch: Block[] = []
  readonly #outputs: TensorInfo[] = []

  constructor(
    readonly name: string,
    readonly backend: WasmBackend,
    /** Tensors by name; a list (AddN, Concat) has its indices as names. */
    readonly inputs: Record<string, TensorInfo>,
    // biome-ignore lint/suspicious/noExplicitAny: attributes are as free as tfjs's own
    readonly attrs: Record<string, any>,
  ) {
    this.wasm = backend.kernels
  }

  /** The input of that name, which must be there. */
  input(name: string): TensorInfo {
    const info = this.inputs[name]
    if (info != null) return info
    throw new DlError('no-input', { problem: `${this.name} got no ${name}` })
  }

  /** Where a tensor's numbers are in the memory, as floats. */
  float(info: TensorInfo): number {
    return this.#pointer(info, 'float32')
  }

  /** Where a tensor's numbers are in the memory, as 32-bit integers. */
  int(info: TensorInfo): number {
    return this.#pointer(info, 'int32')
  }

  /** Where a tensor's numbers are in the memory, as the type it has. */
  own(info: TensorInfo): number {
    return this.#pointer(info, info.dtype as NumberType)
  }

  /** {@link float} of an input that may be absent: then 0. */
  optional(name: string): number {
    const info = this.inputs[name]
    return info === undefined ? 0 : this.float(info)
  }

  /** A new tensor, contents undefined. */
  output(shape: number[], dtype: DataType = 'float32'): TensorInfo {
    // what an attribute spoiled must not reach the kernels' arithmetic of addresses
    this.expectSizes('an output of shape', shape)
    const info = this.backend.allocate(shape, util.sizeFromShape(shape), dtype as NumberType)
    this.#outputs.push(info)
    return info
  }

  /** `length` floats of scratch. */
  scratch(length: number): number {
    const block = this.backend.linear.allocate(length * 4)
    this.#scratch.push(block)
    return block.pointer
  }

  /** `length` floats of scratch for each thread: that of thread t begins t · length floats in. */
  perThread(length: number): number {
    return this.scratch(length * this.backend.pool.threads)
  }

  /**
   * Runs `kernel` over units 0 … count, cut among the threads in pieces of at least `grain` units.
   * The kernel's arguments are `args`, then the first unit of the piece, the one after its last,
   * and the thread's number. A unit's result must not depend on the pieces.
   */
  split(kernel: KernelName, count: number, grain: number, ...args: number[]): void {
    this.backend.pool.run(kernel, count, grain, args)
  }

  /** Gives scratch back before the kernel ends. */
  free(pointer: number): void {
    const at = this.#scratch.findIndex(block => block.pointer === pointer)
    for (const block of this.#scratch.splice(at, 1)) this.backend.linear.release(block)
  }

  /** An output that is the input's data itself. */
  alias(info: TensorInfo): TensorInfo {
    // not incRef(), which passes over what another backend holds
    this.backend.record(info).refCount++
    const output = { dataId: info.dataId, shape: info.shape, dtype: info.dtype }
    this.#outputs.push(output)
    return output
  }

  /**
   * Where to write the new value of an input: over the old one if nobody else holds it, else into a
   * new tensor.
   */
  successor(info: TensorInfo): TensorInfo {
    const { dtype, refCount } = this.backend.record(info)
    const uses = Object.values(this.inputs).filter(({ dataId }) => dataId === info.dataId).length
    const alone = dtype === 'float32' && refCount === 1 && uses === 1
    return alone ? this.alias(info) : this.output(info.shape)
  }

  /** Leaves the call to tfjs's CPU kernel, for what this kernel does not cover. */
  fallback(): Outputs {
    this.abandon()
    return runFallback(this.name, this.backend, this.inputs, this.attrs)
  }

  /** Complains unless the input has this shape (and is float32): kernels trust their sizes. */
  expectShape(name: string, shape: number[], dtype = 'float32'): void {
    const info = this.inputs[name]
    if (info !== undefined && info.dtype === dtype && util.arraysEqual(info.shape, shape)) return
    throw new DlError('shape-mismatch', {
      problem: `${this.name} got ${info === undefined ? `no ${name}` : `${name} as ${info.dtype} ${showShape(info.shape)}`}`,
      expected: `${dtype} ${showShape(shape)}`,
    })
  }

  /** Complains unless these are whole numbers from 0, and `count` of them. */
  expectSizes(what: string, sizes: readonly number[], count = sizes.length): void {
    if (sizes.length === count && sizes.every(size => Number.isInteger(size) && size >= 0)) return
    throw new DlError('bad-option', {
      problem: `${this.name} got ${what} ${showShape(sizes)}`,
      expected: `${count} whole numbers from 0`,
    })
  }

  /** Complains unless the input has at least so many dimensions. */
  expectRank(name: string, least: number): void {
    const { dtype, shape } = this.input(name)
    if (shape.length >= least) return
    throw new DlError('shape-mismatch', {
      problem: `${this.name} got ${name} as ${dtype} ${showShape(shape)}`,
      expected: `at least ${least} dimensions`,
    })
  }

  finish(): void {
    for (const block of this.#scratch) this.backend.linear.release(block)
  }

  abandon(): void {
    for (const info of this.#outputs.splice(0)) this.backend.disposeData(info.dataId)
  }

  #pointer(info: TensorInfo, dtype: NumberType): number {
    const record = this.backend.record(info)
    if (record.dtype === dtype) return record.pointer()
    if (record.dtype === 'complex64' || record.dtype === 'string') {
      throw new DlError('bad-dtype', {
        problem: `${this.name} got a ${record.dtype} tensor of shape ${showShape(info.shape)}`,
        expected: dtype,
      })
    }
    // tfjs's own casts may leave integers behind a tensor that is called float32
    const values = record.values as ArrayLike<number>
    const pointer = this.scratch(values.length)
    const { linear } = this.backend
    linear.view(dtype, pointer, values.length).set(values)
    return pointer
  }
}

/** The kernel as tfjs calls it. */
export function kernelFunc(kernel: Kernel): KernelFunc {
  return ({ inputs, attrs, backend }) => {
    const call = new KernelCall(
      kernel.name,
      backend as WasmBackend,
      inputs as Record<string, TensorInfo>,
      attrs ?? {},
    )
    try {
      return kernel.run(call)
    } catch (error) {
      call.abandon()
      throw error
    } finally {
      call.finish()
    }
  }
}

/** Runs tfjs's CPU kernel of that name and notes that it ran. */
export function runFallback(
  name: string,
  backend: WasmBackend,
  inputs: Record<string, TensorInfo>,
  attrs: KernelCall['attrs'],
): Outputs {
  backend.fallbacks.add(name)
  // some take lists (RaggedGather), some leave inputs out
  for (const info of Object.values(inputs).flat()) if (info != null) backend.record(info)
  const { kernelFunc } = getKernel(name, 'cpu')
  return allOrNothing(name, backend, () => kernelFunc({ inputs, attrs, backend }))
}

/** Whether all of them have the same type of four bytes, which is all that moving them asks. */
export const allWords = (...infos: TensorInfo[]): boolean =>
  allFloat(...infos) || infos.every(info => info.dtype === 'int32')

/** Whether all of them are float32, the type most of our kernels compute in. */
export const allFloat = (...infos: TensorInfo[]): boolean =>
  infos.every(info => info.dtype === 'float32')
