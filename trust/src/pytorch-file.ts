/** Small PyTorch files of both forms, and where in them what lies. */
import { crc32 } from 'node:zlib'
import type { Generator } from '@dl/core'

type Range = readonly [begin: number, end: number]

export interface Made {
  bytes: Uint8Array
  /** Where the pickle with the tensors lies, and the elements of each storage. */
  pickle: Range
  data: readonly Range[]
  /** Where a zip archive keeps the checksum of which bytes. */
  sums: readonly { of: Range; at: readonly number[] }[]
}

const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`
const number = (value: number): string =>
  value < 256
    ? `K${String.fromCharCode(value)}`
    : `M${String.fromCharCode(value & 255, value >> 8)}`
const tuple = (values: readonly number[]): string => `(${values.map(number).join('')}t`
const latin1 = (value: string): Buffer => Buffer.from(value, 'latin1')

const KINDS = { Float: 4, Half: 2, Long: 8, Byte: 1, Bool: 1 } as const

interface Stored {
  kind: keyof typeof KINDS
  shape: number[]
  length: number
}

/** A dict of tensors and plain values. */
function contentOf(random: Generator): { pickle: string; stored: Stored[] } {
  const stored = Array.from({ length: 1 + random.int(3) }, (): Stored => {
    const shape = Array.from({ length: random.int(4) }, () => 1 + random.int(4))
    const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[]
    const kind = kinds[random.int(kinds.length)]!
    return { kind, shape, length: shape.reduce((a, b) => a * b, 1) }
  })
  const tensors = stored.map(({ kind, shape, length }, i) => {
    const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
    // a transposed view reads other places of the same storage
    const turned = random.int(3) === 0
    const [sizes, strides] = turned ? [shape.toReversed(), steps.toReversed()] : [shape, steps]
    const storage = `(${text('storage')}ctorch\n${kind}Storage\n${text(String(i))}${text('cpu')}${number(length)}`
    const id = `${storage}${STREAM_ONLY}tQ`
    const call = `ctorch._utils\n_rebuild_tensor_v2\n(${id}K\0${tuple(sizes)}${tuple(strides)}\x89ccollections\nOrderedDict\n)RtR`
    return `${text(`w${i}`)}${call}`
  })
  const plain = `${text('epoch')}K\x03${text('lr')}G\x3f\xb9\x99\x99\x99\x99\x99\x9a${text('names')}](${text('a')}N\x88e`
  return { pickle: `\x80\x02}q\0(${tensors.join('')}${plain}u.`, stored }
}

/** Stands for what only the older form has in the id of a storage: its view, None. */
const STREAM_ONLY = '\u0100'

export function streamFile(random: Generator): Made {
  const { pickle, stored } = contentOf(random)
  const begin = latin1('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}.')
  const main = latin1(pickle.replaceAll(STREAM_ONLY, 'N'))
  const keys = latin1(`\x80\x02](${stored.map((_, i) => text(String(i))).join('')}e.`)
  const parts: Buffer[] = [begin, main, keys]
  const data: Range[] = []
  let at = begin.length + main.length + keys.length
  for (const { kind, length } of stored) {
    const count = Buffer.alloc(8)
    count.writeUInt32LE(length)
    const size = length * KINDS[kind]
    parts.push(count, Buffer.alloc(size))
    data.push([at + 8, at + 8 + size])
    at += 8 + size
  }
  const ends: Range = [begin.length, begin.length + main.length]
  return { bytes: new Uint8Array(Buffer.concat(parts)), pickle: ends, data, sums: [] }
}

export function zipFile(random: Generator): Made {
  const { pickle, stored } = contentOf(random)
  const entries: [string, Buffer][] = [
    ['a/data.pkl', latin1(pickle.replaceAll(STREAM_ONLY, ''))],
    ['a/byteorder', latin1('little')],
    ...stored.map(({ kind, length }, i): [string, Buffer] => [
      `a/data/${i}`,
      Buffer.alloc(length * KINDS[kind]),
    ]),
    ['a/version', latin1('3\n')],
  ]
  const [locals, central]: [Buffer[], Buffer[]] = [[], []]
  const places: Range[] = []
  const sums: { of: Range; at: number[] }[] = []
  let at = 0
  for (const [name, content] of entries) {
    // what both records of an entry have in common, from the version needed on
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([latin1('PK\x03\x04'), common, latin1(name), content])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    central.push(Buffer.concat([latin1('PK\x01\x02\x14\0'), common, rest, latin1(name)]))
    const begin = at + 30 + name.length
    places.push([begin, begin + content.length])
    sums.push({ of: places.at(-1)!, at: [at + 14] })
    locals.push(local)
    at += local.length
  }
  const directory = at
  central.forEach((record, i) => {
    sums[i]!.at.push(at + 16)
    at += record.length
  })
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(at - directory, 12)
  end.writeUInt32LE(directory, 16)
  const bytes = new Uint8Array(Buffer.concat([...locals, ...central, end]))
  return { bytes, pickle: places[0]!, data: places.slice(2, -1), sums }
}

/** `bytes` with the checksums that they ought to have, so that damage is not found by them alone. */
export function withCrc({ sums }: Made, bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer)
  for (const { of, at } of sums) {
    const sum = crc32(bytes.subarray(...of))
    for (const place of at) view.setUint32(place, sum, true)
  }
  return bytes
}
