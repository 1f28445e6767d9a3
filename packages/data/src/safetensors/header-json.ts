/**
 * JSON as a safetensors header may have it. `JSON.parse` lets pass what the format forbids or the
 * reference implementation refuses: names given twice, lone surrogates, `-0` and `1.0` for integers;
 * and what nests without end costs the stack of whoever walks it.
 */

/** A number that is no plain integer from 0 to 2⁵³ − 1, as it was written. */
export class OtherNumber {
  constructor(readonly text: string) {}
}

export type HeaderJson =
  | null
  | boolean
  | number
  | string
  | OtherNumber
  | HeaderJson[]
  | Map<string, HeaderJson>

/** As serde_json's, which the reference implementation reads with. */
const DEEPEST = 127

const SPACE = /[ \t\n\r]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const COUNT = /^\d{1,16}$/
/** With `u` a pair is one character, and only a lone half matches. */
const LONE_SURROGATE = /\p{Surrogate}/u
const QUOTE = 0x22
const BACKSLASH = 0x5c

/** @throws SyntaxError that says what is wrong and where */
export function parseHeader(text: string): HeaderJson {
  const reader = new Reader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

class Reader {
  #at = 0
  constructor(readonly text: string) {}

  value(depth: number): HeaderJson {
    this.#space()
    switch (this.text[this.#at]) {
      case '{':
        return this.#object(this.#deeper(depth))
      case '[':
        return this.#array(this.#deeper(depth))
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  end(): void {
    this.#space()
    if (this.#at < this.text.length) this.#fail('something follows its end')
  }

  #object(depth: number): Map<string, HeaderJson> {
    const entries = new Map<string, HeaderJson>()
    this.#list('}', () => {
      if (this.text[this.#at] !== '"') this.#fail('a name is missing')
      const name = this.#string()
      if (entries.has(name)) this.#fail(`${JSON.stringify(name.slice(0, 60))} is given twice`)
      this.#space()
      this.#take(':')
      entries.set(name, this.value(depth))
    })
    return entries
  }

  #array(depth: number): HeaderJson[] {
    const values: HeaderJson[] = []
    this.#list(']', () => values.push(this.value(depth)))
    return values
  }

  /** What stands between brackets, with commas between. */
  #list(end: string, one: () => void): void {
    this.#at++
    this.#space()
    if (this.text[this.#at] === end) {
      this.#at++
      return
    }
    while (true) {
      this.#space()
      one()
      this.#space()
      if (this.text[this.#at] === end) break
      this.#take(',')
    }
    this.#at++
  }

  #string(): string {
    const begin = this.#at
    let hasEscapes = false
    for (this.#at++; this.text.charCodeAt(this.#at) !== QUOTE; this.#at++) {
      if (this.#at >= this.text.length) this.#fail('a text has no end')
      const code = this.text.charCodeAt(this.#at)
      if (code < 0x20) this.#fail('a text holds a control character')
      if (code !== BACKSLASH) continue
      hasEscapes = true
      this.#at++
    }
    this.#at++
    const quoted = this.text.slice(begin, this.#at)
    const value = hasEscapes ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
    if (hasEscapes && LONE_SURROGATE.test(value)) this.#fail('a text holds half a surrogate pair')
    return value
  }

  #number(): number | OtherNumber {
    NUMBER.lastIndex = this.#at
    const text = NUMBER.exec(this.text)?.[0]
    if (text === undefined) this.#fail('a value is missing')
    this.#at += text.length
    const value = Number(text)
    if (!Number.isFinite(value)) this.#fail('a number is too large')
    return COUNT.test(text) && Number.isSafeInteger(value) ? value : new OtherNumber(text)
  }

  #word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.#at)) this.#fail('a value is missing')
    this.#at += word.length
    return value
  }

  #take(mark: string): void {
    if (this.text[this.#at] !== mark) this.#fail(`"${mark}" is missing`)
    this.#at++
  }

  #space(): void {
    SPACE.lastIndex = this.#at
    SPACE.test(this.text)
    this.#at = SPACE.lastIndex
  }

  #deeper(depth: number): number {
    if (depth === DEEPEST) this.#fail(`it nests more than ${DEEPEST} deep`)
    return depth + 1
  }

  #fail(what: string): never {
    throw new SyntaxError(`${what} at character ${this.#at}`)
  }
}

/** A value as messages print it, however deep or long. */
export function showHeaderJson(value: HeaderJson | undefined): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(plain(value, 0))
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function plain(value: HeaderJson, depth: number): unknown {
  if (value instanceof OtherNumber) return Number(value.text)
  if (typeof value !== 'object' || value === null) return value
  if (depth === 3) return '…'
  if (Array.isArray(value)) return value.slice(0, 30).map(one => plain(one, depth + 1))
  const shown = [...value].slice(0, 8).map(([name, one]) => [name, plain(one, depth + 1)] as const)
  return Object.fromEntries(shown)
}
