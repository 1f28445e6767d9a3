/**
 * Python's pickles, of which PyTorch's files are made, without what makes them dangerous. A pickle is a
 * program for a stack machine that may import and call anything; this one only builds plain values,
 * and what it names goes to an environment that knows a few names and refuses the others. Nothing
 * recurses, so that no nesting costs the stack.
 *
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
import { type Cursor, utf8 } from './cursor'
import { corrupt, unsupported } from './errors'

export interface Environment {
  /**
   * Takes note of an imported name.
   *
   * @throws DlError for one that is not known
   */
  global: (module: string, name: string) => unknown
  /** Calls what `global` gave. */
  call: (callee: unknown, args: unknown[]) => unknown
  /** What stands outside the pickle: PyTorch's storages. */
  persistent: (id: unknown) => unknown
}

const MARK = Symbol('mark')

/** Reads one pickle; the cursor then stands behind it. */
export function unpickle(cursor: Cursor, environment: Environment): unknown {
  return new Machine(cursor, environment).run()
}

class Machine {
  readonly #stack: unknown[] = []
  readonly #memo = new Map<number, unknown>()

  constructor(
    readonly cursor: Cursor,
    readonly environment: Environment,
  ) {}

  run(): unknown {
    const { cursor } = this
    while (true) {
      const opcode = cursor.u8()
      if (opcode === 0x2e /* STOP */) return this.#pop()
      const known = this.#literal(opcode) || this.#container(opcode) || this.#reference(opcode)
      if (!known) {
        const shown = `0x${opcode.toString(16).padStart(2, '0')}`
        throw corrupt(`its pickle has the opcode ${shown} at byte ${cursor.at - 1}`)
      }
    }
  }

  /** Values that are written out. */
  #literal(opcode: number): boolean {
    const { cursor } = this
    switch (opcode) {
      case 0x80: // PROTO
        cursor.u8()
        return true
      case 0x95: // FRAME
        cursor.skip(8)
        return true
      case 0x4e: // NONE
        return this.#push(null)
      case 0x88: // NEWTRUE
        return this.#push(true)
      case 0x89: // NEWFALSE
        return this.#push(false)
      case 0x4a: // BININT
        return this.#push(cursor.i32())
      case 0x4b: // BININT1
        return this.#push(cursor.u8())
      case 0x4d: // BININT2
        return this.#push(cursor.u16())
      case 0x8a: // LONG1
        return this.#push(long(cursor.take(cursor.u8())))
      case 0x8b: // LONG4
        return this.#push(long(cursor.take(cursor.u32())))
      case 0x47: // BINFLOAT
        return this.#push(cursor.f64())
      case 0x58: // BINUNICODE
        return this.#push(utf8(cursor.take(cursor.u32())))
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(utf8(cursor.take(cursor.u8())))
      case 0x8d: // BINUNICODE8
        return this.#push(utf8(cursor.take(cursor.u64())))
      // texts of Python 2
      case 0x55: // SHORT_BINSTRING
        return this.#push(latin1(cursor.take(cursor.u8())))
      case 0x54: // BINSTRING
        return this.#push(latin1(cursor.take(cursor.u32())))
      default:
        return false
    }
  }

  #container(opcode: number): boolean {
    switch (opcode) {
      case 0x28: // MARK
        return this.#push(MARK)
      case 0x30: // POP
        if (this.#stack.length === 0) this.#short()
        this.#stack.pop()
        return true
      case 0x31: // POP_MARK
        this.#untilMark()
        return true
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return this.#push([])
      case 0x7d: // EMPTY_DICT
        return this.#push(new Map())
      case 0x6c: // LIST
      case 0x74: // TUPLE
        return this.#push(this.#untilMark())
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push(this.#popped(opcode - 0x84))
      case 0x64: // DICT
        return this.#push(setItems(new Map(), this.#untilMark()))
      case 0x61: // APPEND
        return this.#append(this.#popped(1))
      case 0x65: // APPENDS
        return this.#append(this.#untilMark())
      case 0x73: // SETITEM
        return this.#setItems(this.#popped(2))
      case 0x75: // SETITEMS
        return this.#setItems(this.#untilMark())
      default:
        return false
    }
  }

  /** What is named, remembered, or made by a call. */
  #reference(opcode: number): boolean {
    const { cursor, environment } = this
    switch (opcode) {
      case 0x71: // BINPUT
        return this.#remember(cursor.u8())
      case 0x72: // LONG_BINPUT
        return this.#remember(cursor.u32())
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size)
      case 0x68: // BINGET
        return this.#push(this.#remembered(cursor.u8()))
      case 0x6a: // LONG_BINGET
        return this.#push(this.#remembered(cursor.u32()))
      case 0x63: // GLOBAL
        return this.#push(environment.global(cursor.line(), cursor.line()))
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popped(2)
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw corrupt('its pickle imports a name that is no text')
        }
        return this.#push(environment.global(module, name))
      }
      case 0x51: // BINPERSID
        return this.#push(environment.persistent(this.#pop()))
      case 0x81: // NEWOBJ
      case 0x52: {
        // REDUCE
        const [callee, args] = this.#popped(2)
        if (!Array.isArray(args)) throw corrupt('its pickle calls something without arguments')
        return this.#push(environment.call(callee, args))
      }
      case 0x62: {
        // BUILD: attributes of an OrderedDict, where state dicts keep versions of layers
        const [target] = this.#popped(2)
        if (!(target instanceof Map)) throw corrupt('its pickle gives attributes to a plain value')
        return this.#push(target)
      }
      default:
        return false
    }
  }

  #push(value: unknown): true {
    this.#stack.push(value)
    return true
  }

  #pop(): unknown {
    return this.#popped(1)[0]
  }

  #popped(count: number): unknown[] {
    const stack = this.#stack
    if (stack.length < count) this.#short()
    const values = stack.splice(stack.length - count)
    if (values.includes(MARK)) this.#short()
    return values
  }

  #untilMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK)
    if (at < 0) this.#short()
    return this.#stack.splice(at).slice(1)
  }

  #append(values: unknown[]): true {
    const list = this.#stack.at(-1)
    if (!Array.isArray(list)) throw corrupt('its pickle appends to what is no list')
    for (const value of values) list.push(value)
    return true
  }

  #setItems(pairs: unknown[]): true {
    const dict = this.#stack.at(-1)
    if (!(dict instanceof Map)) throw corrupt('its pickle sets items of what is no dict')
    setItems(dict, pairs)
    return true
  }

  #remember(index: number): true {
    const value = this.#stack.at(-1)
    if (this.#stack.length === 0 || value === MARK) this.#short()
    this.#memo.set(index, value)
    return true
  }

  #remembered(index: number): unknown {
    if (!this.#memo.has(index))
      throw corrupt(`its pickle recalls ${index}, which is not in its memo`)
    return this.#memo.get(index)
  }

  #short(): never {
    throw corrupt(
      `its pickle takes more from the stack than there is at byte ${this.cursor.at - 1}`,
    )
  }
}

function setItems(dict: Map<unknown, unknown>, pairs: unknown[]): Map<unknown, unknown> {
  if (pairs.length % 2 === 1) throw corrupt('its pickle has a key without a value')
  for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1])
  return dict
}

/** PyTorch's own integers are short; one of a million bytes would take minutes. */
const LONGEST_INTEGER = 1024

/** Two's complement, little endian. A bigint where a number would round it. */
function long(bytes: Uint8Array): number | bigint {
  if (bytes.length > LONGEST_INTEGER) {
    throw unsupported(`its pickle has an integer of ${bytes.length} bytes`)
  }
  let value = 0n
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
  const signed = BigInt.asIntN(8 * bytes.length, value)
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
}

const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
