/**
 * The safetensors format: eight bytes of header length, a JSON header, the tensors' bytes. Nothing
 * in it can run, and every byte of data belongs to exactly one tensor.
 * https://github.com/huggingface/safetensors#format
 */

/** Element types, and the arrays that hold their elements. F16, BF16 and F8 are kept as their bits. */
export const arrayTypes = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
  F8_E4M3: Uint8Array,
  F8_E5M2: Uint8Array,
  F8_E8M0: Uint8Array,
  F8_E4M3FNUZ: Uint8Array,
  F8_E5M2FNUZ: Uint8Array,
} as const

export type SafetensorsDtype = keyof typeof arrayTypes
export type SafetensorsArray<D extends SafetensorsDtype = SafetensorsDtype> = InstanceType<
  (typeof arrayTypes)[D]
>

/** One tensor as it lies in a file. */
export type StoredTensor = {
  [D in SafetensorsDtype]: { dtype: D; shape: readonly number[]; data: SafetensorsArray<D> }
}[SafetensorsDtype]

/** A file's content. Metadata is text to text, as the format has it. */
export interface StoredTensors {
  tensors: Record<string, StoredTensor>
  metadata: Record<string, string>
}

/** A tensor's line in the header. */
export interface HeaderEntry {
  dtype: SafetensorsDtype
  shape: readonly number[]
  data_offsets: readonly [number, number]
}

/** What the format has besides: no typed array holds its elements. */
export const UNHELD: readonly string[] = ['F4', 'F6_E2M3', 'F6_E3M2', 'C64']

export const LENGTH_BYTES = 8
/** The limit of the reference implementation. */
export const LONGEST_HEADER = 100_000_000
export const METADATA = '__metadata__'

export const widthOf = (dtype: SafetensorsDtype): number => arrayTypes[dtype].BYTES_PER_ELEMENT
export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
/** Whether it is a list of sizes or offsets. */
export const isCounts = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every(count => Number.isSafeInteger(count) && count >= 0)
