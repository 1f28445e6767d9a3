/**
 * The memory the kernels work in, and who holds which part of it. Freed blocks wait in one list
 * per size; sizes come in four steps to each doubling, so that batches of varying length find each
 * other's blocks and a training step takes nothing new from the system once it is warm.
 */
import { DlError } from '@dl/core'

const PAGE = 65536
const GIB = 2 ** 30
/** Smallest step of growth, so that a program's start does not grow page by page. */
const GROWTH = 16 * 2 ** 20
/** WebAssembly's 32-bit pointers end here, one page early: the length itself must fit too. */
const LARGEST = 4 * GIB - PAGE

/** Where blocks begin. */
const FIRST = 64

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }

/** The types whose numbers can be in the memory. */
export type NumberType = keyof typeof ARRAYS
export type NumberArray = InstanceType<(typeof ARRAYS)[NumberType]>

export const bytesOf = (dtype: NumberType): number => ARRAYS[dtype].BYTES_PER_ELEMENT

/** A piece of the memory; `bytes` is its size class, at least what was asked for. */
export interface Block {
  readonly pointer: number
  readonly bytes: number
}

export interface LinearMemoryOptions {
  /** Where the memory ends (default: 4 GiB, or the most the engine reserves). */
  maximumBytes?: number
  /** Whether workers can work in it too (default false). */
  shared?: boolean
}

export class LinearMemory {
  readonly memory: WebAssembly.Memory
  /** Bytes in blocks that are in use. */
  bytesInUse = 0
  /** Number of blocks in use. */
  blocks = 0
  /** The most it can hold. */
  readonly maximumBytes: number
  readonly shared: boolean
  readonly #free = new Map<number, Block[]>()
  /** Everything from here on was never handed out. Address 0 stays unused, it means "absent". */
  #top = FIRST

  constructor({ maximumBytes = LARGEST, shared = false }: LinearMemoryOptions = {}) {
    const reserved = reserve(Math.floor(maximumBytes / PAGE), shared)
    this.shared = shared
    this.memory = reserved.memory
    this.maximumBytes = reserved.pages * PAGE
  }

  /** Bytes taken from the system so far. */
  get bytesHeld(): number {
    return this.memory.buffer.byteLength
  }

  /** A block of at least `bytes` bytes, contents undefined; throws `out-of-memory`. */
  allocate(bytes: number): Block {
    // a NaN here would make every later block overlap
    if (!(bytes >= 0)) {
      throw new DlError('bad-size', {
        problem: `a kernel asked for ${bytes} bytes`,
        expected: '0 or more',
        fix: 'Check the shapes it was called with.',
      })
    }
    // beyond 2⁵³ sizes have no neighbours, and looking for a block of one would not end
    if (bytes > this.maximumBytes - FIRST) throw this.#full(bytes)
    // nothing is as large as the class of what all but fills the memory
    const size =
      sizeClass(bytes) > this.maximumBytes - FIRST ? Math.ceil(bytes / 64) * 64 : sizeClass(bytes)
    const block = this.#reuse(size) ?? this.#extend(size)
    if (block !== null) return this.#hand(block)
    this.#mergeFree()
    const merged = this.#split(size) ?? this.#extend(size)
    if (merged !== null) return this.#hand(merged)
    throw this.#full(bytes)
  }

  #full(bytes: number): DlError {
    return new DlError('out-of-memory', {
      problem: `${showBytes(bytes)} more do not fit: ${showBytes(this.bytesInUse)} of the WebAssembly memory's ${showBytes(this.maximumBytes)} are in use`,
      fix: 'Lower bs or bptt, or dispose tensors that are no longer needed.',
    })
  }

  release(block: Block): void {
    this.bytesInUse -= block.bytes
    this.blocks--
    this.#listOf(block.bytes).push(block)
  }

  /** Whether a view of this buffer may be a piece of the memory. (After growth a shared one has several.) */
  owns(buffer: ArrayBufferLike | undefined): boolean {
    if (buffer === undefined) return false
    return buffer === this.memory.buffer || (this.shared && !(buffer instanceof ArrayBuffer))
  }

  /** The block's floats as they are now. Valid until the memory grows: never keep it. */
  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, pointer, length)
  }

  ints(pointer: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, pointer, length)
  }

  /** The block's numbers as a tensor of this type has them. */
  view(dtype: NumberType, pointer: number, length: number): NumberArray {
    return new ARRAYS[dtype](this.memory.buffer, pointer, length)
  }

  #hand(block: Block): Block {
    this.bytesInUse += block.bytes
    this.blocks++
    return block
  }

  #listOf(size: number): Block[] {
    let list = this.#free.get(size)
    if (list === undefined) {
      list = []
      this.#free.set(size, list)
    }
    return list
  }

  /** A free block of this size or, rather than growing, one of up to half as much again. */
  #reuse(size: number): Block | null {
    for (let wanted = size; wanted <= 1.5 * size; wanted = sizeClass(wanted + 1)) {
      const block = this.#free.get(wanted)?.pop()
      if (block !== undefined) return block
    }
    return null
  }

  #extend(size: number): Block | null {
    const end = this.#top + size
    if (end > this.maximumBytes) return null
    const held = this.bytesHeld
    if (end > held) {
      const ideal = Math.max(end, held + Math.max(GROWTH, held / 8))
      if (!this.#growTo(Math.min(ideal, this.maximumBytes)) && !this.#growTo(end)) return null
    }
    const block = { pointer: this.#top, bytes: size }
    this.#top = end
    return block
  }

  #growTo(bytes: number): boolean {
    try {
      this.memory.grow(Math.ceil((bytes - this.bytesHeld) / PAGE))
      return true
    } catch {
      return false // the system has no more to give
    }
  }

  /** Joins free neighbours into larger pieces and gives the last one back to the unused rest. */
  #mergeFree(): void {
    const blocks = [...this.#free.values()].flat().sort((a, b) => a.pointer - b.pointer)
    this.#free.clear()
    let run: Block | null = null
    const keep = (block: Block) => {
      if (block.pointer + block.bytes === this.#top) this.#top = block.pointer
      else this.#listOf(block.bytes).push(block)
    }
    for (const block of blocks) {
      if (run !== null && run.pointer + run.bytes === block.pointer) {
        run = { pointer: run.pointer, bytes: run.bytes + block.bytes }
      } else {
        if (run !== null) keep(run)
        run = block
      }
    }
    if (run !== null) keep(run)
  }

  /** Cuts `size` bytes out of the smallest merged piece that has them; the rest is cut into classes. */
  #split(size: number): Block | null {
    const fitting = [...this.#free].filter(([bytes, list]) => bytes >= size && list.length > 0)
    if (fitting.length === 0) return null
    const [bytes, list] = fitting.reduce((best, next) => (next[0] < best[0] ? next : best))
    const { pointer } = list.pop()!
    let at = pointer + size
    for (let left = bytes - size; left > 0; ) {
      const piece = largestClassWithin(left)
      this.#listOf(piece).push({ pointer: at, bytes: piece })
      at += piece
      left -= piece
    }
    return { pointer, bytes: size }
  }
}

/** The smallest size handed out that has room for `bytes`: a multiple of 64, 4 to each doubling. */
export function sizeClass(bytes: number): number {
  if (bytes <= 512) return Math.max(64, Math.ceil(bytes / 64) * 64)
  const step = stepBelow(bytes - 1)
  return Math.ceil(bytes / step) * step
}

/** The distance of neighbouring size classes around `bytes`: an eighth to a quarter of it. */
function stepBelow(bytes: number): number {
  return 2 ** (Math.floor(Math.log2(bytes)) - 2)
}

/** The largest size class that is no larger than `bytes`, a multiple of 64. */
function largestClassWithin(bytes: number): number {
  const step = Math.max(64, stepBelow(bytes))
  return Math.floor(bytes / step) * step
}

/** Reserves address space (not memory), less of it where the engine refuses so much. */
function reserve(pages: number, shared: boolean): { memory: WebAssembly.Memory; pages: number } {
  for (let maximum = pages; ; maximum = Math.floor(maximum / 2)) {
    try {
      return { memory: new WebAssembly.Memory({ initial: 1, maximum, shared }), pages: maximum }
    } catch (cause) {
      if (maximum > 1024) continue
      throw new DlError('out-of-memory', {
        problem: 'the engine reserves not even 64 MiB of WebAssembly memory',
        cause,
      })
    }
  }
}

function showBytes(bytes: number): string {
  if (bytes >= GIB) return `${(bytes / GIB).toFixed(2)} GiB`
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`
  return `${bytes} bytes`
}
