/** Reads bytes one after the other, and never past their end. */
import { corrupt } from './errors'

export class Cursor {
  at = 0
  readonly #view: DataView

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  /** Where `length` bytes begin that are read now. */
  #next(length: number): number {
    const begin = this.at
    // a length may be as large as 64 bits say
    if (!(length <= this.left)) throw corrupt(`it ends ${length - this.left} bytes too early`)
    this.at += length
    return begin
  }

  take(length: number): Uint8Array {
    const begin = this.#next(length)
    return this.bytes.subarray(begin, begin + length)
  }

  skip(length: number): void {
    this.#next(length)
  }

  u8(): number {
    return this.bytes[this.#next(1)]!
  }

  u16(): number {
    return this.#view.getUint16(this.#next(2), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#next(4), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#next(4), true)
  }

  /** As a number; what is too large for one is larger than every file. */
  u64(): number {
    return Number(this.#view.getBigUint64(this.#next(8), true))
  }

  /** Big endian, as pickles have it. */
  f64(): number {
    return this.#view.getFloat64(this.#next(8), false)
  }

  /** Up to the end of the line, which is skipped. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at)
    if (end < 0) throw corrupt('a line has no end')
    const text = utf8(this.take(end - this.at))
    this.skip(1)
    return text
  }
}

export function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw corrupt('a text is no UTF-8')
  }
}
