/**
 * The backend: tfjs's CPU backend (so that each of its kernels runs here too) whose tensors have
 * one of two homes, a JavaScript array (uploads, outputs of CPU kernels) or a block of the
 * WebAssembly memory (outputs of our kernels). A tensor moves to the memory when one of our kernels
 * first reads it, and stays there.
 */
import { DlError } from '@dl/core'
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'
import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core'
import { findNative } from '#native'
import { compileKernels, instantiate, type WasmKernels } from './instance'
import {
  type Block,
  bytesOf,
  LinearMemory,
  type LinearMemoryOptions,
  type NumberArray,
  type NumberType,
} from './linear-memory'
import type { NativeAddon } from './native/attach'
import type { Native } from './native/find'
import { type SimdVariant, simdVariant } from './simd'
import { canShareMemory, threadCount } from './threads/count'
import { ThreadPool } from './threads/pool'

type Values = backend_util.BackendValues
type DataId = TensorInfo['dataId']

/** What is known of one tensor's data. CPU kernels read `values`; ours ask for a pointer. */
class TensorRecord {
  refCount = 1
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo }
  #block: Block | null = null
  #length = 0
  #values: Values | undefined

  constructor(
    readonly backend: WasmBackend,
    readonly dtype: DataType,
    values: Values | undefined,
  ) {
    this.values = values
  }

  /** The data, wherever it lives. Of data in the memory this is a view that is stale after the next growth. */
  get values(): Values | undefined {
    if (this.#block === null) return this.#values
    return this.#view(this.#block.pointer, this.#length)
  }

  /** Whoever hands over a piece of the memory (a CPU kernel passing its input on) gets a copy. */
  set values(values: Values | undefined) {
    this.release()
    const buffer = (values as { buffer?: ArrayBufferLike } | undefined)?.buffer
    this.#values = this.backend.linear.owns(buffer) ? (values as Float32Array).slice() : values
  }

  /** Makes the data live in `block` from now on. */
  settle(block: Block, length: number): void {
    this.#values = undefined
    this.#block = block
    this.#length = length
    this.backend.tensorBlocks++
  }

  get inMemory(): boolean {
    return this.#block !== null
  }

  /** Where the data, which are numbers, are in the memory; moves them there. */
  pointer(): number {
    if (this.#block === null) {
      const values = this.#values as ArrayLike<number>
      const bytes = values.length * bytesOf(this.dtype as NumberType)
      const block = this.backend.linear.allocate(bytes)
      this.#view(block.pointer, values.length).set(values)
      this.settle(block, values.length)
    }
    return this.#block!.pointer
  }

  release(): void {
    if (this.#block === null) return
    this.backend.linear.release(this.#block)
    this.backend.tensorBlocks--
    this.#block = null
  }

  #view(pointer: number, length: number): NumberArray {
    const { linear } = this.backend
    return linear.view(this.dtype as NumberType, pointer, length)
  }
}

export interface WasmBackendOptions extends LinearMemoryOptions {
  /** Which kernels to use (default: the best the engine has). */
  simd?: SimdVariant
  /** How many threads may run them (default: DL_THREADS, else one for each core). */
  threads?: number
}

export class WasmBackend extends MathBackendCPU {
  readonly linear: LinearMemory
  /** Number of blocks that tensors own. */
  tensorBlocks = 0
  readonly simd: SimdVariant
  /** The native kernels that run, or why none do. */
  readonly native: Native
  /** Who runs the kernels. */
  pool: ThreadPool
  readonly kernels: WasmKernels
  readonly #module: WebAssembly.Module
  /** Names of CPU kernels that ran since this was last emptied. */
  readonly fallbacks = new Set<string>()

  constructor(options: WasmBackendOptions = {}) {
    super()
    const { simd = simdVariant(), shared = canShareMemory() } = options
    this.simd = simd
    this.linear = new LinearMemory({ ...options, shared })
    this.#module = compileKernels(simd, shared)
    this.native = findNative(simd, shared)
    this.kernels = instantiate(this.#module, this.linear.memory, this.#addon)
    this.pool = this.#newPool(shared ? threadCount(options.threads) : 1)
  }

  /** Goes on with another number of threads. */
  setThreads(threads: number): void {
    const wanted = threadCount(threads)
    if (wanted > 1 && !this.linear.shared) {
      throw new DlError('no-threads', {
        problem: `${wanted} threads were asked for, but this page's memory cannot be shared`,
        expected: 'a page that is cross-origin isolated',
        fix: "Serve it with the headers 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp'.",
      })
    }
    this.pool.dispose()
    this.pool = this.#newPool(wanted)
  }

  get #addon(): NativeAddon | null {
    return 'off' in this.native ? null : this.native
  }

  #newPool(threads: number): ThreadPool {
    const { kernels } = this
    const { memory } = this.linear
    const native = this.#addon
    return new ThreadPool({ module: this.#module, memory, kernels, native, threads })
  }

  /** Called when the backend is removed. */
  override dispose(): void {
    this.pool.dispose()
    super.dispose()
  }

  override write(values: Values, _shape: number[], dtype: DataType): DataId {
    const dataId = {}
    this.data.set(dataId, new TensorRecord(this, dtype, values))
    return dataId
  }

  override move(
    dataId: DataId,
    values: Values,
    _shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    const record = new TensorRecord(this, dtype, values)
    record.refCount = refCount
    this.data.set(dataId, record)
  }

  /** A tensor in the memory, contents undefined. */
  allocate(shape: number[], length: number, dtype: NumberType): TensorInfo {
    const block = this.linear.allocate(length * bytesOf(dtype))
    const record = new TensorRecord(this, dtype, undefined)
    record.settle(block, length)
    const dataId = {}
    this.data.set(dataId, record)
    return { dataId, shape, dtype }
  }

  /** What is known of a tensor's data; a disposed tensor is refused by name. */
  record(info: TensorInfo): TensorRecord {
    if ((info as { isDisposed?: boolean }).isDisposed) {
      throw new DlError('disposed', {
        problem: `a tensor of shape [${info.shape.join(', ')}] was used after it was disposed`,
        fix: 'Keep it with keep() or clone(), or move its use inside the tidy().',
      })
    }
    return this.data.get(info.dataId) as TensorRecord
  }

  /** Always a copy: the data may change in place or move once this returns. */
  override readSync(dataId: DataId): Values {
    const values = super.readSync(dataId)
    return (values as Float32Array | undefined)?.slice() as Values
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const record = this.data.has(dataId) ? (this.data.get(dataId) as TensorRecord) : null
    const gone = super.disposeData(dataId, force)
    if (gone) record?.release()
    return gone
  }

  /**
   * `blocks` counts blocks of the memory that no tensor accounts for: between kernels there are
   * none. (A tensor's own block comes and goes with its home; the engine counts tensors.)
   */
  override memory(): ReturnType<MathBackendCPU['memory']> & WasmMemoryInfo {
    const { bytesHeld, bytesInUse } = this.linear
    const { tensorBlocks } = this
    const blocks = this.linear.blocks - tensorBlocks
    return { unreliable: false, reasons: [], blocks, tensorBlocks, bytesHeld, bytesInUse }
  }
}

/** What this backend adds to `tf.memory()`. */
export interface WasmMemoryInfo {
  blocks: number
  tensorBlocks: number
  /** Bytes taken from the system so far; does not grow once a training loop is warm. */
  bytesHeld: number
  /** Bytes of these that tensors occupy now. */
  bytesInUse: number
}
