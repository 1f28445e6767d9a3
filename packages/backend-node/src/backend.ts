/** tfjs-node's backend with what it does carelessly done right. */
import { DlError } from '@dl/core'
import type { DataType, KernelBackend, Tensor, TensorInfo } from '@tensorflow/tfjs-core'
import type { Loaded } from './load'
import type { Handle, OutputInfo, PackageName, TfjsNodeBackend, Values } from './tensorflow'

const brand = Symbol.for('@dl/backend-node')

/** What this package adds to tfjs-node's backend. */
export interface NodeBackend extends TfjsNodeBackend {
  readonly [brand]: PackageName
  /** Names of tfjs's CPU kernels that ran since this was last emptied. */
  readonly fallbacks: Set<string>
  /** How many kernels are TensorFlow's. */
  kernels: number
  /** The handle of a tensor, which is made if its numbers have not been read yet. */
  handle(info: TensorInfo): Handle
  /** Puts another handle in the place of a tensor's, which is deleted; null leaves it without one. */
  put(dataId: object, handle: Handle | null): void
  /** A tensor around an operation's output. */
  adopt(output: OutputInfo, dtype: DataType): TensorInfo
}

/** Whether it comes from this package, be it from another copy. */
export const isOurs = (backend: KernelBackend | null): backend is NodeBackend =>
  backend !== null && brand in backend

export const packageOf = (backend: NodeBackend): PackageName => backend[brand]

export function createBackend({ binding, Backend }: Loaded, packageName: PackageName): NodeBackend {
  /** How many of TensorFlow's tensors belong to one of ours. */
  let owned = 0

  class Careful extends Backend implements NodeBackend {
    readonly [brand] = packageName
    readonly fallbacks = new Set<string>()
    kernels = 0

    /** Takes a copy, where tfjs-node shares the array with whoever made the tensor. */
    override move(
      dataId: object,
      values: Values,
      shape: number[],
      dtype: DataType,
      refCount: number,
    ): void {
      super.move(dataId, copied(values), shape, dtype, refCount)
    }

    override readSync(dataId: object): Values {
      const { values, id } = this.tensorMap.get(dataId)
      return values === null ? this.binding.tensorDataSync(id) : copied(values)
    }

    override async read(dataId: object): Promise<Values> {
      return this.readSync(dataId)
    }

    handle(info: TensorInfo): Handle {
      if ((info as Partial<Tensor>).isDisposed) {
        throw new DlError('disposed', {
          problem: `a tensor of shape [${info.shape.join(', ')}] was used after it was disposed`,
          fix: 'Keep it with keep() or clone(), or move its use inside the tidy().',
        })
      }
      const record = this.tensorMap.get(info.dataId)
      if (record.values !== null) {
        record.id = this.binding.createTensor(record.shape, record.dtype, record.values)
        record.values = null
        owned++
      }
      return record.id
    }

    put(dataId: object, handle: Handle | null): void {
      const record = this.tensorMap.get(dataId)
      if (record.id >= 0) {
        this.binding.deleteTensor(record.id)
        owned--
      }
      record.id = handle ?? -1
      if (handle !== null) owned++
    }

    override getInputTensorIds(tensors: TensorInfo[]): Handle[] {
      return tensors.map(tensor => this.handle(tensor))
    }

    override createOutputTensor(output: OutputInfo) {
      owned++
      return super.createOutputTensor(output)
    }

    adopt({ id, shape, dtype }: OutputInfo, type: DataType): TensorInfo {
      owned++
      const dataId = {}
      this.tensorMap.set(dataId, { shape, dtype, id, values: null, refCount: 1 })
      return { dataId, shape, dtype: type }
    }

    override disposeData(dataId: object, force?: boolean): boolean {
      const isHandle = this.tensorMap.has(dataId) && this.tensorMap.get(dataId).id >= 0
      const gone = super.disposeData(dataId, force)
      if (gone && isHandle) owned--
      return gone
    }

    /** `blocks` counts TensorFlow's tensors that none of ours accounts for: between kernels there are none. */
    override memory(): { unreliable: boolean; blocks: number } {
      return { unreliable: false, blocks: this.binding.getNumOfTensors() - owned }
    }
  }
  return new Careful(binding, packageName)
}

const copied = (values: Values): Values =>
  ArrayBuffer.isView(values) ? (values as Float32Array).slice() : values
