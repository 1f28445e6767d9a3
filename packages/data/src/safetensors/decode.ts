/** The bytes of a safetensors file to typed arrays, every claim of its header checked. */
import { DlError } from '@dl/core'
import { requireBytes, requireText } from '../check'
import { type FileKind, fileKind } from '../file-kind'
import {
  arrayTypes,
  type HeaderEntry,
  isCounts,
  LENGTH_BYTES,
  LONGEST_HEADER,
  METADATA,
  type SafetensorsDtype,
  type StoredTensor,
  type StoredTensors,
  UNHELD,
  widthOf,
} from './format'
import { type HeaderJson, OtherNumber, parseHeader, showHeaderJson as show } from './header-json'
import { viewOf } from './view-of'

/** The reference implementation counts in 64 bits. */
const COUNT_LIMIT = 2n ** 64n

/**
 * Reads what {@link encodeSafetensors} wrote. The arrays may share the memory of `bytes`.
 *
 * @param name what errors call the file
 * @throws DlError `bad-safetensors`, which says what the file is where that can be told: a pointer of
 *   Git LFS, a web page, PyTorch's own format
 */
export function decodeSafetensors(bytes: Uint8Array, name = 'the file'): StoredTensors {
  requireText('the name of the file', name)
  requireBytes(name, bytes)
  const { header, dataStart } = readHeader(bytes, name)
  const metadata = readMetadata(name, header.get(METADATA) ?? new Map())
  header.delete(METADATA)
  const checked = [...header].map(([key, entry]) => [key, checkEntry(name, key, entry)] as const)
  requireTiling(name, checked, bytes.length - dataStart)
  const tensors = checked.map(([key, { dtype, shape, data_offsets }]) => {
    const [begin, end] = data_offsets
    const data = viewOf(dtype, bytes.subarray(dataStart + begin, dataStart + end))
    return [key, { dtype, shape, data } as StoredTensor] as const
  })
  return { tensors: Object.fromEntries(tensors), metadata }
}

function readMetadata(name: string, metadata: HeaderJson): Record<string, string> {
  const isTexts =
    metadata instanceof Map && [...metadata.values()].every(value => typeof value === 'string')
  if (isTexts) return Object.fromEntries(metadata as Map<string, string>)
  throw corrupt(name, `${METADATA} is ${show(metadata)}`, 'a record of texts')
}

function readHeader(bytes: Uint8Array, name: string) {
  if (bytes.length < LENGTH_BYTES) {
    const problem = bytes.length === 0 ? 'it is empty' : `it has ${bytes.length} bytes`
    throw corrupt(name, problem, 'at least 8, the length of the header')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const length = Number(view.getBigUint64(0, true))
  const dataStart = LENGTH_BYTES + length
  // only then: any byte may stand first in a good file
  const kind = () => fileKind(bytes)
  if (length > LONGEST_HEADER || dataStart > bytes.length) {
    throw (
      foreign(name, kind()) ??
      corrupt(
        name,
        `its header is said to have ${length} bytes`,
        `at most ${Math.min(LONGEST_HEADER, bytes.length - LENGTH_BYTES)}, what the file has`,
      )
    )
  }
  const header = parseJson(bytes.subarray(LENGTH_BYTES, dataStart), name, kind)
  if (!(header instanceof Map))
    throw corrupt(name, `its header is ${show(header)}`, 'a JSON object')
  return { header, dataStart }
}

function parseJson(bytes: Uint8Array, name: string, kind: () => FileKind | null): HeaderJson {
  try {
    // a byte order mark stays, and is no JSON
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    return parseHeader(decoder.decode(bytes))
  } catch (cause) {
    throw (
      foreign(name, kind()) ??
      corrupt(name, `its header is no JSON (${(cause as Error).message})`, undefined, cause)
    )
  }
}

const FROM_TORCH =
  'Convert it in Python: `safetensors.torch.save_file(torch.load("weights.pth", weights_only=True), "weights.safetensors")`.'

const ADVICE: Partial<Record<FileKind['kind'], string>> = {
  zip: FROM_TORCH,
  pickle: FROM_TORCH,
  tar: FROM_TORCH,
  gzip: 'Unpack it first.',
  json: 'The weights lie in other files, which it may name.',
  hdf5: 'Load it in Python and write its arrays by `safetensors.numpy.save_file`.',
  npy: 'Load it in Python and write it by `safetensors.numpy.save_file`.',
}

/** Formats that PyTorch writes besides. */
const TORCH = new Set<FileKind['kind']>(['zip', 'pickle', 'tar'])

/** A file of a kind that is known is not cut short, and there is better advice than to fetch it again. */
function foreign(name: string, found: FileKind | null): DlError | null {
  if (found === null) return null
  const { kind } = found
  const also = TORCH.has(kind) ? ", as PyTorch's .pt and .pth files are" : ''
  return new DlError('bad-safetensors', {
    problem: `${name} is no safetensors file: it is ${found.name}${also}`,
    expected: 'a length of 8 bytes and a JSON header',
    fix: found.fix ?? ADVICE[kind] ?? 'Write the tensors as safetensors first.',
  })
}

function checkEntry(name: string, key: string, entry: HeaderJson): HeaderEntry {
  const field = (of: string) => (entry instanceof Map ? entry.get(of) : undefined)
  const [dtype, shape, offsets] = [field('dtype'), field('shape'), field('data_offsets')]
  if (typeof dtype === 'string' && UNHELD.includes(dtype)) throw unheld(name, key, dtype)
  if (typeof dtype !== 'string' || !isDtype(dtype)) {
    throw corrupt(
      name,
      `${key} has dtype ${show(dtype)}`,
      `one of ${Object.keys(arrayTypes).join(', ')}`,
    )
  }
  if (!isCounts(shape)) throw corrupt(name, `${key} has shape ${show(shape)}`, sizes(shape))
  if (!isCounts(offsets) || offsets.length !== 2) {
    throw corrupt(name, `${key} has data_offsets ${show(offsets)}`, '[begin, end]')
  }
  const [begin, end] = offsets as readonly number[] as readonly [number, number]
  const needed = bytesFor(shape, dtype)
  if (needed === null) {
    throw corrupt(name, `${key} has shape ${show([...shape])}`, 'fewer than 2⁶⁴ elements')
  }
  if (BigInt(end) - BigInt(begin) !== needed) {
    throw corrupt(
      name,
      `${key} (${dtype} of shape ${show([...shape])}) has bytes ${begin} to ${end}`,
      `${needed} bytes`,
    )
  }
  return { dtype, shape, data_offsets: [begin, end] }
}

const isDtype = (dtype: string): dtype is SafetensorsDtype => Object.hasOwn(arrayTypes, dtype)

const sizes = (shape: HeaderJson | undefined): string =>
  Array.isArray(shape) && shape.some(size => size instanceof OtherNumber)
    ? 'a list of sizes: integers from 0 to 2⁵³ − 1, written plainly'
    : 'a list of sizes'

/** Counted in integers, from left to right as the reference implementation does; null for too many. */
function bytesFor(shape: readonly number[], dtype: SafetensorsDtype): bigint | null {
  let count = 1n
  for (const size of shape) {
    count *= BigInt(size)
    if (count >= COUNT_LIMIT) return null
  }
  const bits = count * BigInt(8 * widthOf(dtype))
  return bits >= COUNT_LIMIT ? null : bits / 8n
}

const unheld = (name: string, key: string, dtype: string): DlError =>
  new DlError('unsupported-dtype', {
    problem: `${key} in ${name} has dtype ${dtype}, whose elements no typed array holds`,
    expected: `one of ${Object.keys(arrayTypes).join(', ')}`,
    fix: 'Convert it in Python before it is saved: tensor.float(), or torch.view_as_real(tensor) for complex numbers.',
  })

/** The tensors must cover the data without a hole or an overlap. */
function requireTiling(
  name: string,
  entries: readonly (readonly [string, HeaderEntry])[],
  dataLength: number,
): void {
  let end = 0
  const byOffset = entries.toSorted(
    ([, a], [, b]) =>
      a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )
  for (const [key, { data_offsets }] of byOffset) {
    if (data_offsets[0] !== end) {
      throw corrupt(name, `${key} begins at byte ${data_offsets[0]} of the data`, `byte ${end}`)
    }
    end = data_offsets[1]
  }
  if (end !== dataLength) {
    throw corrupt(name, `it has ${dataLength} bytes of data`, `${end}, as its header says`)
  }
}

const corrupt = (name: string, problem: string, expected?: string, cause?: unknown): DlError =>
  new DlError('bad-safetensors', {
    problem: `${name} is no valid safetensors file: ${problem}`,
    expected,
    fix: 'It may be cut short or of another format; write or download it again.',
    cause,
  })
