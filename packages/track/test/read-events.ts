/** A reader of event files that shares nothing with the writer: by hand, after the wire format's rules. */
import { readFileSync } from 'node:fs'

/** Field numbers to what was found under them, in order: a number, or bytes. */
type Message = Map<number, (number | Uint8Array)[]>

export interface ReadEvent {
  time: number
  step: number
  version?: string
  start?: boolean
  scalars: Record<string, number>
  texts: Record<string, string>
}

export function readEvents(path: string): ReadEvent[] {
  const bytes = new Uint8Array(readFileSync(path))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const events: ReadEvent[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true))
    check(bytes.subarray(at, at + 8), view.getUint32(at + 8, true))
    const data = bytes.subarray(at + 12, at + 12 + length)
    check(data, view.getUint32(at + 12 + length, true))
    events.push(eventOf(parse(data)))
    at += length + 16
  }
  return events
}

function eventOf(event: Message): ReadEvent {
  const found: ReadEvent = {
    time: event.get(1)![0] as number,
    step: event.get(2)![0] as number,
    scalars: {},
    texts: {},
  }
  if (event.has(3)) found.version = utf8(event.get(3)![0])
  if (event.has(7)) found.start = parse(event.get(7)![0] as Uint8Array).get(1)![0] === 1
  for (const summary of event.get(5) ?? []) {
    for (const bytes of parse(summary as Uint8Array).get(1) ?? []) {
      const value = parse(bytes as Uint8Array)
      const tag = utf8(value.get(1)![0])
      if (value.has(2)) found.scalars[tag] = value.get(2)![0] as number
      else found.texts[tag] = utf8(parse(value.get(8)![0] as Uint8Array).get(8)![0])
    }
  }
  return found
}

const utf8 = (bytes: unknown): string => new TextDecoder().decode(bytes as Uint8Array)

function parse(bytes: Uint8Array): Message {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const message: Message = new Map()
  let at = 0
  const varint = (): number => {
    let [value, factor] = [0, 1]
    for (;;) {
      const byte = bytes[at++]!
      value += (byte & 127) * factor
      if (byte < 128) return value
      factor *= 128
    }
  }
  while (at < bytes.length) {
    const key = varint()
    const [field, wire] = [Math.floor(key / 8), key % 8]
    let value: number | Uint8Array
    if (wire === 0) value = varint()
    else if (wire === 1) [value, at] = [view.getFloat64(at, true), at + 8]
    else if (wire === 5) [value, at] = [view.getFloat32(at, true), at + 4]
    else {
      const length = varint()
      value = bytes.subarray(at, at + length)
      at += length
    }
    message.set(field, [...(message.get(field) ?? []), value])
  }
  return message
}

/** CRC-32C bit by bit, masked. */
function check(bytes: Uint8Array, expected: number): void {
  let sum = 0xffffffff
  for (const byte of bytes) {
    sum ^= byte
    for (let i = 0; i < 8; i++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1
  }
  sum = ~sum >>> 0
  const masked = (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0
  if (masked !== expected) throw new Error(`a sum is ${expected}, not ${masked}`)
}
