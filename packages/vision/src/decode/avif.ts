/**
 * What an AVIF file asks for. Its sizes stand in a box (`ispe`), in the box of a grid and in each AV1
 * stream; decoders make room for the streams' and complain afterwards, so all of them count.
 */
import { av1Pixels } from './av1-size'
import { type Box, boxesIn, metaOf, propertiesOf, typeAt, viewOf } from './boxes'

/**
 * Of all that is decoded, colours and transparency alike.
 *
 * @throws Error where that cannot be told: a decoder may find what is not found here
 */
export function avifPixels(bytes: Uint8Array): number {
  const view = viewOf(bytes)
  let [asked, cells] = [0, 1]
  for (const { type, from, to } of propertiesOf(bytes)) {
    if (type !== 'ispe' || to - from < 12) continue
    asked = Math.max(asked, view.getUint32(from + 4) * view.getUint32(from + 8))
  }
  const streams: number[] = []
  for (const { type, data } of itemsOf(bytes)) {
    if (type === 'av01') {
      const pixels = data === null ? 0 : av1Pixels(data)
      if (pixels === 0) throw new Error('a stream in it has no size')
      streams.push(pixels)
    } else if (type === 'grid' && data !== null && data.length >= 8) {
      const view = viewOf(data)
      const isWide = (data[1]! & 1) === 1 && data.length >= 12
      const [width, height] = isWide
        ? [view.getUint32(4), view.getUint32(8)]
        : [view.getUint16(4), view.getUint16(6)]
      asked = Math.max(asked, width * height)
      // each may be the same stream once more
      cells = Math.max(cells, (data[2]! + 1) * (data[3]! + 1))
    }
  }
  if (streams.length === 0) throw new Error('there is no AV1 stream in it')
  const sum = streams.reduce((sum, pixels) => sum + pixels, 0)
  return Math.max(asked, sum, cells * Math.max(...streams))
}

interface Item {
  readonly type: string
  /** null where it lies somewhere else than the file says of all others. */
  readonly data: Uint8Array | null
}

/** What the file consists of (ISO/IEC 14496-12, 8.11.3 and 8.11.6). */
function itemsOf(bytes: Uint8Array): Item[] {
  const meta = metaOf(bytes)
  const view = viewOf(bytes)
  const entries: (readonly [id: number, type: string])[] = []
  for (const { from, to } of meta.filter(({ type }) => type === 'iinf')) {
    const skipped = bytes[from] === 0 ? 6 : 8
    for (const entry of boxesIn(bytes, { from: from + skipped, to })) {
      if (entry.type !== 'infe' || entry.to - entry.from < 12) continue
      const isWide = bytes[entry.from]! > 2
      const id = isWide ? view.getUint32(entry.from + 4) : view.getUint16(entry.from + 4)
      entries.push([id, typeAt(bytes, entry.from + (isWide ? 10 : 8))])
    }
  }
  const places = new Map(
    meta.filter(({ type }) => type === 'iloc').flatMap(b => placesIn(bytes, b)),
  )
  const inside = meta.find(({ type }) => type === 'idat')
  // what is read twice would let a small file keep this up for long
  let left = bytes.length
  return entries.map(([id, type]) => {
    const { method, parts } = places.get(id) ?? { method: -1, parts: [] }
    const whole = method === 0 ? bytes : method === 1 && inside ? contentOf(bytes, inside) : null
    left -= parts.reduce((sum, [, length]) => sum + (length || bytes.length), 0)
    if (whole === null || left < 0) return { type, data: null }
    const pieces = parts.map(([at, length]) => whole.subarray(at, length ? at + length : undefined))
    return { type, data: joined(pieces) }
  })
}

interface Place {
  /** 0: counted from the file's beginning; 1: from that of `idat`. */
  readonly method: number
  readonly parts: (readonly [at: number, length: number])[]
}

/** Where items lie: the box `iloc`. One that breaks off has fewer. */
function placesIn(bytes: Uint8Array, { from, to }: Box): [id: number, place: Place][] {
  let at = from
  const number = (size: number): number => {
    let value = 0
    for (let i = 0; i < size; i++) value = 256 * value + (at < to ? bytes[at++]! : 0)
    return value
  }
  const version = number(4) >>> 24
  const [sizes, moreSizes] = [number(1), number(1)]
  const [offset, length, base] = [sizes >> 4, sizes & 15, moreSizes >> 4]
  const index = version > 0 ? moreSizes & 15 : 0
  const wide = version > 1 ? 4 : 2
  const found: [number, Place][] = []
  for (let left = number(wide); left > 0 && at < to; left--) {
    const id = number(wide)
    const method = version > 0 ? number(2) & 15 : 0
    // it may lie in another file
    number(2)
    const start = number(base)
    const parts: [number, number][] = []
    for (let more = number(2); more > 0 && at < to; more--) {
      number(index)
      parts.push([start + number(offset), number(length)])
    }
    found.push([id, { method, parts }])
  }
  return found
}

const contentOf = (bytes: Uint8Array, { from, to }: Box) => bytes.subarray(from, to)

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}
