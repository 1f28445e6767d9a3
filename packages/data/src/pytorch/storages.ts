/**
 * Storages, and the tensors that are windows into them: element (i, j) is at
 * offset + i · stride₀ + j · stride₁. In the older stream form the bytes follow behind the pickle, so
 * windows are checked and filled when all is read.
 */
import { arrayTypes, isCounts, type SafetensorsDtype, widthOf } from '../safetensors/format'
import { corrupt, unsupported } from './errors'
import type { PyTorchTensor } from './value'

/** PyTorch's own operations take no more dimensions. */
const MOST_AXES = 64

export interface Storage {
  readonly key: string
  readonly dtype: SafetensorsDtype
  readonly length: number
  /** Aligned to eight; undefined until it is read. */
  bytes?: Uint8Array
}

interface Window {
  tensor: PyTorchTensor
  storage: Storage
  dtype: SafetensorsDtype
  offset: number
  shape: readonly number[]
  strides: readonly number[]
}

export class Storages {
  readonly #byKey = new Map<string, Storage>()
  readonly #windows: Window[] = []
  /** The storage behind a tensor that stands for all of it. */
  readonly #whole = new WeakMap<object, { storage: Storage; begin: number }>()
  #budget: number

  /** @param fileLength copies of elements may take some times as much: a broadcast view can claim any size */
  constructor(fileLength: number) {
    this.#budget = 2 ** 24 + 4 * fileLength
  }

  get all(): Iterable<Storage> {
    return this.#byKey.values()
  }

  /** A one-dimensional tensor over a storage, or over `length` of its elements from `begin` on. */
  whole(
    key: string,
    dtype: SafetensorsDtype,
    length: number,
    view = { begin: 0, length },
  ): PyTorchTensor {
    const storage = this.#byKey.get(key) ?? { key, dtype, length }
    if (storage.dtype !== dtype || storage.length !== length) {
      throw corrupt(`its storage ${key} is said to be of two kinds`)
    }
    this.#byKey.set(key, storage)
    const tensor = this.#add(storage, dtype, view.begin, [view.length], [1])
    this.#whole.set(tensor, { storage, begin: view.begin })
    return tensor
  }

  /** @param of what `whole` gave */
  window(
    of: unknown,
    offset: unknown,
    shape: unknown,
    strides: unknown,
    type?: SafetensorsDtype,
  ): PyTorchTensor {
    const whole = this.#whole.get(of as object)
    const fits =
      whole &&
      isCounts([offset]) &&
      isCounts(shape) &&
      isCounts(strides) &&
      shape.length === strides.length
    if (!fits) throw corrupt('a tensor has no storage, offset, shape and strides')
    if (shape.length > MOST_AXES) throw unsupported(`a tensor has ${shape.length} axes`)
    const begin = whole.begin + (offset as number)
    return this.#add(whole.storage, type ?? whole.storage.dtype, begin, shape, strides)
  }

  #add(
    storage: Storage,
    dtype: SafetensorsDtype,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ): PyTorchTensor {
    // its elements follow in `fill`
    const tensor = { dtype, shape } as PyTorchTensor
    this.#windows.push({ tensor, storage, dtype, offset, shape, strides })
    return tensor
  }

  /** The bytes of a storage, which are copied if they lie at an odd address. */
  give(storage: Storage, bytes: Uint8Array): void {
    const needed = storage.length * widthOf(storage.dtype)
    if (bytes.length !== needed) {
      throw corrupt(`its storage ${storage.key} has ${bytes.length} bytes`, `${needed}`)
    }
    if (bytes.byteOffset % 8 === 0) {
      storage.bytes = bytes
      return
    }
    this.#spend(bytes.length)
    storage.bytes = new Uint8Array(bytes)
  }

  /** Gives all tensors their elements, once all storages have their bytes. */
  fill(): void {
    for (const window of this.#windows) {
      ;(window.tensor as { data: PyTorchTensor['data'] }).data = this.#elements(window)
    }
  }

  #elements({ storage, dtype, offset, shape, strides }: Window): PyTorchTensor['data'] {
    const { bytes } = storage
    if (!bytes) throw corrupt(`its storage ${storage.key} is missing`)
    const make = arrayTypes[dtype]
    const width = widthOf(dtype)
    const size = shape.reduce((a, b) => a * b, 1)
    if (size === 0) return new make(0)
    const last = shape.reduce((at, length, axis) => at + (length - 1) * strides[axis]!, offset)
    if (!((last + 1) * width <= bytes.length)) {
      throw corrupt(`a tensor of shape [${shape.join(', ')}] reaches beyond its storage`)
    }
    const from = (begin: number, length: number) =>
      new make(bytes.buffer as ArrayBuffer, bytes.byteOffset + begin * width, length)
    if (isRowMajor(shape, strides)) return from(offset, size)
    this.#spend(size * width)
    const elements = new make(size)
    copy(from(0, Math.floor(bytes.length / width)), elements, offset, shape, strides)
    return elements
  }

  #spend(bytes: number): void {
    this.#budget -= bytes
    if (this.#budget >= 0) return
    throw unsupported(
      'its tensors are many times as large as the file, as views that repeat elements are',
      'at most four times its size and 16 MiB',
      'Save them by tensor.contiguous() in Python, or without the views.',
    )
  }
}

/** Whether elements lie one after the other. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false
    step *= shape[axis]!
  }
  return true
}

function copy(
  source: PyTorchTensor['data'],
  target: PyTorchTensor['data'],
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): void {
  const index = shape.map(() => 0)
  let at = offset
  for (let i = 0; i < target.length; i++) {
    target[i] = source[at]!
    // the next index, the last axis fastest
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!
      if (++index[axis]! < shape[axis]!) break
      at -= shape[axis]! * strides[axis]!
      index[axis] = 0
    }
  }
}
