/**
 * Safetensors files from and to TensorFlow.js, which has float32, int32 and bool: other float types
 * become float32 when read, other integers int32. Only F64 is rounded; what a type cannot hold is refused.
 */
import { DlError, showValue } from '@dl/core'
import { type DataType, Tensor, type TypedArray, tensor } from '@tensorflow/tfjs-core'
import { requireRecord, requireText } from '../check'
import { decodeSafetensors } from './decode'
import { encodeSafetensors } from './encode'
import { readSafetensors, writeSafetensors } from './files'
import { arrayTypes, type StoredTensor } from './format'
import { floatsOf } from './small-floats'

/** What {@link loadTensors} read. The tensors are yours to dispose. */
export interface LoadedTensors {
  tensors: Record<string, Tensor>
  metadata: Record<string, string>
}

/**
 * Writes tensors, which stay yours, to a safetensors file, all or nothing.
 *
 * @example
 * ```ts
 * import { loadTensors, saveTensors } from '@dl/data'
 * import { tensor1d } from '@tensorflow/tfjs-core'
 * import { mkdtemp, rm } from 'node:fs/promises'
 * import { tmpdir } from 'node:os'
 *
 * const folder = await mkdtemp(`${tmpdir()}/dl-`)
 * const bias = tensor1d([1, 2, 3])
 * await saveTensors(`${folder}/bias.safetensors`, { bias })
 * const { tensors } = await loadTensors(`${folder}/bias.safetensors`)
 * tensors.bias?.shape // → 3
 * for (const t of [bias, ...Object.values(tensors)]) t.dispose()
 * await rm(folder, { recursive: true })
 * ```
 */
export async function saveTensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await writeSafetensors(path, await storedOf(tensors), metadata)
}

/**
 * The bytes of a safetensors file with these tensors, which stay yours: for storages, pages, uploads.
 *
 * @throws DlError `not-storable`
 *
 * @example
 * ```ts
 * import { decodeTensors, encodeTensors } from '@dl/data'
 * import { tensor1d } from '@tensorflow/tfjs-core'
 *
 * const bias = tensor1d([1, 2, 3])
 * const bytes = await encodeTensors({ bias }, { epoch: '3' })
 * const { tensors, metadata } = decodeTensors(bytes)
 * metadata.epoch // → 3
 * tensors.bias?.shape // → 3
 * for (const t of [bias, ...Object.values(tensors)]) t.dispose()
 * ```
 */
export async function encodeTensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata?: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  return encodeSafetensors(await storedOf(tensors), metadata)
}

/**
 * What {@link encodeTensors} gave, or any safetensors file's bytes, as tensors, which are yours.
 *
 * @param name what errors call the file
 * @throws DlError `bad-safetensors`, `not-representable`
 */
export function decodeTensors(bytes: Uint8Array, name = 'the file'): LoadedTensors {
  const { tensors, metadata } = decodeSafetensors(bytes, name)
  return { tensors: tensorsOf(name, tensors), metadata }
}

/**
 * Tensors as they lie in a file, for {@link encodeSafetensors}: F32, I32 and BOOL.
 *
 * @throws DlError `not-storable` for texts, complex numbers, and what is disposed
 *
 * @example
 * ```ts
 * import { storedOf } from '@dl/data'
 * import { tensor1d } from '@tensorflow/tfjs-core'
 *
 * const bias = tensor1d([1, 2])
 * const stored = await storedOf({ bias })
 * stored.bias?.dtype // → F32
 * bias.dispose()
 * ```
 */
export async function storedOf(
  tensors: Readonly<Record<string, Tensor>>,
): Promise<Record<string, StoredTensor>> {
  requireRecord('tensors', tensors, 'tensors')
  const stored = await Promise.all(
    Object.entries(tensors).map(async ([name, t]) => [name, await toStored(name, t)] as const),
  )
  return Object.fromEntries(stored)
}

/** Reads a safetensors file into tensors, which are yours to dispose. */
export async function loadTensors(path: string): Promise<LoadedTensors> {
  const { tensors, metadata } = await readSafetensors(path)
  return { tensors: tensorsOf(path, tensors), metadata }
}

/**
 * Stored tensors, of {@link decodeSafetensors} or {@link decodePyTorch}, as TensorFlow.js has them:
 *
 * | float32 | int32 | bool |
 * | --- | --- | --- |
 * | F32, F16, BF16 and F8 exactly; F64 rounded, unless it would become infinite | I8, U8, I16, U16 and I32 exactly; U32, I64 and U64 where every value fits | BOOL, every byte but 0 is true |
 *
 * @param path what errors call the file
 * @returns yours to dispose
 * @throws DlError `not-representable` with the tensor and the value; no tensor is left then
 *
 * @example
 * ```ts
 * import { tensorsOf } from '@dl/data'
 *
 * const steps = { dtype: 'I64', shape: [2], data: BigInt64Array.of(7n, -7n) } as const
 * const { steps: made } = tensorsOf('some.safetensors', { steps })
 * await made!.data() // → 7,-7
 * made!.dispose()
 * ```
 */
export function tensorsOf(
  path: string,
  stored: Readonly<Record<string, StoredTensor>>,
): Record<string, Tensor> {
  requireText('the name of the file', path)
  requireRecord('stored', stored, 'arrays')
  for (const [name, one] of Object.entries(stored)) requireStored(name, one)
  const converted = Object.entries(stored).map(
    ([name, one]) => [name, one.shape, ...fromStored(path, name, one)] as const,
  )
  return Object.fromEntries(
    converted.map(([name, shape, values, dtype]) => [name, tensor(values, [...shape], dtype)]),
  )
}

function requireStored(name: string, one: StoredTensor): void {
  const { dtype, shape, data } = (one ?? {}) as Partial<StoredTensor>
  const known = typeof dtype === 'string' && Object.hasOwn(arrayTypes, dtype)
  if (known && data instanceof arrayTypes[dtype] && Array.isArray(shape)) return
  throw new DlError('bad-option', {
    problem: `${name} is ${showValue(one)}`,
    expected: 'an array out of a safetensors file: { dtype, shape, data }',
  })
}

async function toStored(name: string, t: Tensor): Promise<StoredTensor> {
  if (!(t instanceof Tensor) || t.isDisposed) {
    throw new DlError('not-storable', {
      problem: `${name} is ${t instanceof Tensor ? 'disposed' : showValue(t)}`,
      expected: 'a tensor',
    })
  }
  const { dtype, shape } = t
  if (dtype === 'float32') return { dtype: 'F32', shape, data: new Float32Array(await t.data()) }
  if (dtype === 'int32') return { dtype: 'I32', shape, data: new Int32Array(await t.data()) }
  if (dtype === 'bool') return { dtype: 'BOOL', shape, data: new Uint8Array(await t.data()) }
  throw new DlError('not-storable', {
    problem: `${name} is a ${dtype} tensor`,
    expected: 'float32, int32 or bool',
  })
}

/** Values of a type TensorFlow.js has, copied out of the file's bytes. */
function fromStored(
  path: string,
  name: string,
  { dtype, data }: StoredTensor,
): [TypedArray, DataType] {
  switch (dtype) {
    case 'F32':
      return [Float32Array.from(data), 'float32']
    case 'F64':
      return [toFloat32(path, name, data), 'float32']
    case 'F16':
    case 'BF16':
    case 'F8_E4M3':
    case 'F8_E5M2':
    case 'F8_E8M0':
    case 'F8_E4M3FNUZ':
    case 'F8_E5M2FNUZ':
      return [floatsOf(dtype, data), 'float32']
    case 'BOOL':
      // other bytes are true as well, in PyTorch too
      return [Uint8Array.from(data, byte => (byte === 0 ? 0 : 1)), 'bool']
    default:
      return [toInt32(path, name, data), 'int32']
  }
}

/** Rounded to the nearest; what would become infinite is refused. */
function toFloat32(path: string, name: string, data: Float64Array): Float32Array {
  const rounded = Float32Array.from(data)
  const at = rounded.findIndex((value, i) => !Number.isFinite(value) && Number.isFinite(data[i]))
  if (at < 0) return rounded
  throw new DlError('not-representable', {
    problem: `${name} in ${path} holds ${data[at]}`,
    expected: 'numbers up to 3.4e38, the largest of float32, which TensorFlow.js has',
    fix: 'Read it with readSafetensors, which keeps the stored type.',
  })
}

function toInt32(path: string, name: string, data: Iterable<number | bigint>): Int32Array {
  return Int32Array.from(data as Iterable<number>, value => {
    const number = Number(value)
    if (number === (number | 0)) return number
    throw new DlError('not-representable', {
      problem: `${name} in ${path} holds ${value}`,
      expected: 'integers of 32 bits, the only ones TensorFlow.js has',
      fix: 'Read it with readSafetensors, which keeps the stored type.',
    })
  })
}
