import { DlError, type Generator } from '@dl/core'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '@dl/data'
import { fuzz } from '../fuzz'
import { damaged, pick, spliced } from '../mutate'
import type { Trial } from '../trial'

const ARRAYS = {
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
  F8_E4M3: Uint8Array,
} as const
const DTYPES = Object.keys(ARRAYS) as (keyof typeof ARRAYS)[]
const NAMES = ['w', 'layer.0.weight', 'æ', '😀', '', '__proto__', 'b"\\\n', '0', 'toString']

/** What a refusal is for; each is to be met. */
const REASONS: Record<string, RegExp> = {
  'too short': /it is empty|it has \d+ bytes; expected at least 8/,
  'header length': /its header is said to have/,
  UTF8: /no JSON \(.*(encod|UTF|utf)/,
  'JSON grammar': /no JSON \(.*(is missing|has no end|follows its end|control|token|escape|JSON)/s,
  'name twice': /is given twice/,
  'half a pair': /half a surrogate pair/,
  'number too large': /a number is too large/,
  nesting: /nests more than/,
  'not an object': /its header is (?!no|said)/,
  metadata: /__metadata__ is/,
  'unsupported dtype': /whose elements no typed array holds/,
  dtype: /has dtype .*expected one of/,
  shape: /has shape .*a list of sizes/s,
  'too many elements': /fewer than 2⁶⁴/,
  data_offsets: /has data_offsets/,
  'wrong size': /has bytes/,
  'hole or overlap': /begins at byte/,
  'bytes of data': /bytes of data/,
  'another format': /is no safetensors file: it is/,
}

function tensorsAtRandom(random: Generator): Record<string, StoredTensor> {
  const names = Array.from({ length: random.int(4) }, () => pick(random, NAMES))
  const entries = names.map(name => {
    const dtype = pick(random, DTYPES)
    const shape = Array.from({ length: random.int(4) }, () => random.int(4))
    const size = shape.reduce((a, b) => a * b, 1)
    const data = new ARRAYS[dtype](size)
    new Uint8Array(data.buffer).fill(random.int(256))
    return [name, { dtype, shape, data } as StoredTensor] as const
  })
  return Object.fromEntries(entries)
}

const NUMBERS = '0 1 2 3 4 8 -0 -1 1.0 1e0 01 1e999 9007199254740992 18446744073709551616 null []'
const LONG = ['4294967296,4294967296,4', '99999999999999999999', '[[1]]', '{"a":1}', '"8"']
const DTYPE_TEXTS = ['"F32"', '"I64"', '"F4"', '"C64"', '"f32"', '"F8_E5M2"', '7', 'null', '"BOOL"']
const PIECES = [
  ...[' ', '\n', '\ufeff', ',', ':', '{', '}', '[', ']', '"', '\\', '\0', '\u0001'],
  ...['"x":1,', '"x":[{"y":null}],', '"x":1,"x":2,', '"x":"\\ud800",', '"x":1e999,', '"x":-,'],
  ...[
    '"__metadata__":{"k":"v"},',
    '"__metadata__":null,',
    '"__metadata__":[],',
    '"__metadata__":{"k":1},',
  ],
  ...[
    '"z":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},',
    `"x":${'['.repeat(200)},`,
    '"x":"\\q",',
  ],
]

/** The header as text, changed where it means something, and its length put right. */
function changedHeader(bytes: Uint8Array, random: Generator): Uint8Array {
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length))
  const [pattern, texts] = pick(random, [
    [/\d+(?=[,\]])/g, [...NUMBERS.split(' '), ...LONG]],
    [/"[A-Z0-9_]{2,}"/g, DTYPE_TEXTS],
    [/\[\d+,\d+\](?=\})/g, ['[0,0]', '[1,1]', '[0,8]', '[8,16]', '[4,8]']],
    [/"[^"]*"/g, ['"a"', '""', '"\\udc00"', '"w"', '"\\ud83d\\ude00"', '"é"', '7']],
    [/(?<=[{,])/g, PIECES],
    [/^.*$/gs, ['[]', 'null', '7', '"x"', '', '{', header.repeat(2)]],
  ] as const)
  const spots = [...header.matchAll(pattern)]
  const spot = spots.length > 0 ? pick(random, spots) : { index: 1, 0: '' }
  const text =
    header.slice(0, spot.index) + pick(random, texts) + header.slice(spot.index + spot[0].length)
  const changed = spliced(bytes, 8, length, new TextEncoder().encode(text))
  new DataView(changed.buffer).setBigUint64(0, BigInt(changed.length - bytes.length + length), true)
  return changed
}

const KINDS = ['data', 'header', 'bytes', 'spaces', 'length', 'other'] as const

/** What has to happen: `true` to load, `false` to be refused, null for either. */
function mutant(random: Generator): { bytes: Uint8Array; loads: boolean | null } {
  const bytes = encodeSafetensors(tensorsAtRandom(random), random.int(2) ? { note: '{"é":1}' } : {})
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  switch (pick(random, KINDS)) {
    case 'data': {
      const start = 8 + length
      for (let i = start; i < bytes.length; i++) if (random.int(4) === 0) bytes[i]! ^= 0xff
      return { bytes, loads: true }
    }
    case 'header':
      return { bytes: changedHeader(bytes, random), loads: null }
    case 'bytes':
      return { bytes: damaged(bytes, random), loads: null }
    case 'spaces': {
      const more = 1 + random.int(9)
      const longer = spliced(bytes, 8 + length, 0, new Uint8Array(more).fill(0x20))
      new DataView(longer.buffer).setBigUint64(0, BigInt(length + more), true)
      return { bytes: longer, loads: true }
    }
    case 'length': {
      const lengths = [0n, 1n, 7n, BigInt(length) + 1n, 100_000_001n, 2n ** 53n, 2n ** 64n - 1n]
      new DataView(bytes.buffer).setBigUint64(0, pick(random, lengths), true)
      return { bytes, loads: false }
    }
    case 'other': {
      const starts = ['PK\x03\x04', '<!doctype html>', '\x80\x02}', '\x1f\x8b\x08']
      const start = new TextEncoder().encode(pick(random, starts))
      return { bytes: spliced(bytes, 0, Math.min(bytes.length, start.length), start), loads: false }
    }
  }
}

/** What is wrong with what was read, if anything: every byte of data in one tensor, none from elsewhere. */
function misread(bytes: Uint8Array): string | null {
  const { tensors, metadata } = decodeSafetensors(bytes)
  const dataStart = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
  let total = 0
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    total += data.byteLength
    if (shape.reduce((a, b) => a * b, 1) !== data.length)
      return `${name} has ${data.length} elements`
    const isPlaced = data.buffer !== bytes.buffer || data.byteOffset >= dataStart
    if (!isPlaced) return `${name} reads the header`
  }
  if (total !== bytes.length - dataStart) return `${total} bytes in tensors`
  const again = decodeSafetensors(encodeSafetensors(tensors, metadata))
  const same = Object.entries(tensors).every(([name, { data }]) => {
    const other = again.tensors[name]!.data
    return Buffer.compare(bytesOf(data), bytesOf(other)) === 0
  })
  return same ? null : 'other bytes came back after another round'
}

const bytesOf = (data: StoredTensor['data']) =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

export const safetensors: Trial = {
  name: 'safetensors',
  claim: 'a damaged safetensors file loads whole or is refused in words',
  short: 4000,
  long: 200_000,
  async run(context) {
    return fuzz(this, { mutant, misread, reasonOf, reasons: Object.keys(REASONS) }, context)
  },
}

function reasonOf(error: unknown): string | undefined {
  if (!DlError.is(error, 'bad-safetensors') && !DlError.is(error, 'unsupported-dtype')) return
  return Object.keys(REASONS).find(name => REASONS[name]!.test(error.message))
}
