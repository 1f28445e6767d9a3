/** Typed arrays to the bytes of a safetensors file. */
import { DlError, showValue } from '@dl/core'
import { requireRecord, requireText } from '../check'
import {
  arrayTypes,
  type HeaderEntry,
  isCounts,
  LENGTH_BYTES,
  LONGEST_HEADER,
  METADATA,
  type StoredTensor,
  sizeOf,
  widthOf,
} from './format'

/** Data begins at a multiple of this; the header is filled up with spaces. */
const ALIGNMENT = 8

/**
 * The bytes of a safetensors file.
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from '@dl/data'
 *
 * const w = { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) } as const
 * const bytes = encodeSafetensors({ w }, { epoch: '3' })
 * decodeSafetensors(bytes).tensors.w?.data // → 1,2
 * decodeSafetensors(bytes).metadata.epoch // → 3
 * ```
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, StoredTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  requireRecord('tensors', tensors, 'tensors')
  requireRecord('metadata', metadata, 'texts')
  for (const [name, text] of Object.entries(metadata)) {
    requireText(`metadata.${name}`, text)
    requireWellFormed('metadata has the name', name)
    requireWellFormed(`metadata.${name} is`, text)
  }
  const named = Object.entries(tensors)
  for (const [name, tensor] of named) requireStorable(name, tensor)
  // Wide elements first keeps every tensor aligned to its own width.
  const ordered = named.toSorted(([, a], [, b]) => widthOf(b.dtype) - widthOf(a.dtype))
  const entries: [string, HeaderEntry][] = []
  let end = 0
  for (const [name, { dtype, shape, data }] of ordered) {
    const begin = end
    end += data.byteLength
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }])
  }
  const header = new TextEncoder().encode(
    JSON.stringify({
      ...(Object.keys(metadata).length > 0 && { [METADATA]: metadata }),
      ...Object.fromEntries(entries),
    }),
  )
  if (header.length + ALIGNMENT > LONGEST_HEADER) {
    throw new DlError('not-storable', {
      problem: `names, shapes and metadata take ${header.length} bytes`,
      expected: `fewer than ${LONGEST_HEADER}, which readers of the format take`,
    })
  }
  const headerLength =
    Math.ceil((LENGTH_BYTES + header.length) / ALIGNMENT) * ALIGNMENT - LENGTH_BYTES
  const dataStart = LENGTH_BYTES + headerLength
  const bytes = new Uint8Array(dataStart + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true)
  bytes.set(header, LENGTH_BYTES)
  bytes.fill(0x20, LENGTH_BYTES + header.length, dataStart)
  let at = dataStart
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** JSON would write half a surrogate pair, and readers refuse the file. */
function requireWellFormed(what: string, text: string): void {
  if (!/\p{Surrogate}/u.test(text)) return
  throw new DlError('not-storable', {
    problem: `${what} ${JSON.stringify(text.slice(0, 60))}, with half a surrogate pair`,
    expected: 'Unicode text',
  })
}

function requireStorable(name: string, tensor: StoredTensor): void {
  requireWellFormed('a tensor has the name', name)
  const { dtype, shape, data } = (tensor ?? {}) as Partial<StoredTensor>
  const problem =
    name === METADATA
      ? 'a tensor is named __metadata__, which the format keeps for itself'
      : dtype === undefined || !Object.hasOwn(arrayTypes, dtype)
        ? `${name} has dtype ${showValue(dtype)}`
        : !(data instanceof arrayTypes[dtype])
          ? `${name} has dtype ${dtype} and data that is ${showValue(data)}`
          : !isCounts(shape) || sizeOf(shape) !== data.length
            ? `${name} has shape ${showValue(shape)} and ${data.length} elements`
            : null
  if (problem === null) return
  throw new DlError('not-storable', {
    problem,
    expected: 'a dtype of safetensors, its typed array, and as many elements as the shape says',
  })
}
