/**
 * tfjs's backend with what training wants beside it: errors of the device become exceptions that
 * name the operation, buffers of shapes that do not come back are given back, integers that came
 * from the host can be looked at without waiting for the GPU, and launches are counted.
 */
import { DlError, refuseTooLarge } from '@dl/core'
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu'
import { type BackendValues, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { boundBuffers } from './buffers'
import { DeviceFailures } from './failures'

type ProgramArgs = Parameters<WebGPUBackend['runWebGPUProgram']>
type DataId = Parameters<WebGPUBackend['uploadToGPU']>[0]

/** What tfjs keeps private and programs of our own need as much as its. */
export interface Internals {
  computePassEncoder: GPUComputePassEncoder | null
  commandEncoder: GPUCommandEncoder
  commandQueueOwnedIds: WeakSet<object>
  dispatchCountInPass: number
  pipelineCache: Record<string, unknown>
  convertAndCacheOnCPU(dataId: object, values: BackendValues): BackendValues
  makeUniforms(fields: { type: string; data: number[] }[]): GPUBufferBinding
}

export class TrainingWebGPU extends WebGPUBackend {
  /** Dispatches of compute programs so far. */
  launches = 0
  /** Our own compiled programs, by the key of each. */
  readonly pipelines: Map<string, GPUComputePipeline> = new Map()
  readonly #failures: DeviceFailures
  readonly #integers = new WeakMap<object, Int32Array>()

  constructor(
    device: GPUDevice,
    readonly adapter: GPUAdapterInfo,
  ) {
    super(device, adapter)
    this.#failures = new DeviceFailures(device, () => {
      this.ensureCommandEncoderReady()
      this.endComputePassEncoder()
      this.submitQueue()
    })
    boundBuffers(this.bufferManager)
    // who asked for the values may have disposed of the tensor before they came
    const { internals } = this
    const cache = internals.convertAndCacheOnCPU.bind(this)
    internals.convertAndCacheOnCPU = (dataId, values) =>
      this.tensorMap.has(dataId) ? cache(dataId, values) : values
  }

  get internals(): Internals {
    return this as unknown as Internals
  }

  /** Runs a kernel; what it throws, and what the device says later, tells the operation's name. */
  during<T>(operation: string, run: () => T): T {
    return this.#failures.during(operation, run)
  }

  override runWebGPUProgram(...args: ProgramArgs): TensorInfo {
    const output = super.runWebGPUProgram(...args)
    this.launches++
    return output
  }

  override makeTensorInfo(shape: number[], dtype: DataType, values?: BackendValues | string[]) {
    // a device says later that it has no such buffer, and of some sizes nothing at all
    if (values == null) {
      const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits
      const bytes = Math.min(maxBufferSize, maxStorageBufferBindingSize)
      refuseTooLarge(this, shape, Math.floor(bytes / 4), 'a buffer of this graphics card')
    }
    return super.makeTensorInfo(shape, dtype, values)
  }

  override dispose(): void {
    this.#failures.dispose()
    super.dispose()
  }

  override uploadToGPU(dataId: DataId): void {
    const { values, dtype } = this.tensorMap.get(dataId)
    super.uploadToGPU(dataId)
    if (dtype === 'int32' && values instanceof Int32Array) this.#integers.set(dataId, values)
  }

  /** Integers as the host gave them, or null where the GPU has computed them. */
  integersAtHand({ dataId }: TensorInfo): Int32Array | null {
    const { values } = this.tensorMap.get(dataId)
    return (values as Int32Array | null) ?? this.#integers.get(dataId) ?? null
  }

  override async read(dataId: object): Promise<BackendValues> {
    this.#failures.check()
    try {
      const values = await super.read(dataId)
      this.#failures.check()
      return values
    } catch (error) {
      throw await this.#failures.explain(error, 'reading a tensor')
    }
  }

  /** In Node there is no canvas through which tfjs could read without waiting. */
  override readSync(dataId: object): BackendValues {
    const { values, dtype } = this.tensorMap.get(dataId)
    if (values == null && dtype !== 'complex64' && typeof OffscreenCanvas === 'undefined') {
      throw new DlError('sync-read', {
        problem: 'a tensor on the GPU was to be read at once (dataSync, arraySync)',
        expected: 'to wait for it, as WebGPU in Node has no other way',
        fix: 'Use `await x.data()` or `await x.array()`.',
      })
    }
    return super.readSync(dataId)
  }

  /** A tensor for a program to write; one without elements is finished, as no buffer has no bytes. */
  output(shape: number[], dtype: 'float32' | 'int32' = 'float32'): TensorInfo {
    const values = shape.includes(0) ? util.getTypedArrayFromDType(dtype, 0) : undefined
    return this.makeTensorInfo(shape, dtype, values)
  }
}
