/**
 * Reads texts once and keeps them as numbers: every distinct token gets the next free number when
 * it is first met. A vocabulary is then made of the few distinct tokens and their counts, and the
 * texts follow by replacing number with number. Characters never become strings on the way.
 */
export class TokenCounter {
  /** The distinct tokens in the order they were met … */
  readonly tokens: string[] = []
  /** … and how often each was. */
  readonly counts: number[] = []
  #numbers = new Map<string, number>()
  #text = new Int32Array(1024)
  #length = 0

  /** How many tokens were read. */
  get length(): number {
    return this.#length
  }

  add(token: string): void {
    this.#reserve(1)
    const number = this.#numberOf(token)
    this.counts[number]!++
    this.#text[this.#length++] = number
  }

  /** Reads every code point of `text` as a token, after `toToken`. */
  addCodePoints(text: string, toToken: (char: string) => string): void {
    this.#reserve(text.length)
    const { counts } = this
    const numbers = this.#text
    let length = this.#length
    const seen = new Int32Array(0x10000) // number + 1 by UTF-16 unit; 0: not met yet
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      let number = seen[unit]! - 1
      if (number < 0) {
        const point = text.codePointAt(i)!
        number = this.#numberOf(toToken(String.fromCodePoint(point)))
        if (point > 0xffff) i++
        else if (unit < 0xd800 || unit > 0xdfff) seen[unit] = number + 1
      }
      counts[number]!++
      numbers[length++] = number
    }
    this.#length = length
  }

  /** The texts read, one after the other, in the numbers that `index` gives the tokens. */
  ids(index: (token: string) => number): Int32Array {
    const table = Int32Array.from(this.tokens, index)
    const ids = this.#text.slice(0, this.#length)
    for (let i = 0; i < ids.length; i++) ids[i] = table[ids[i]!]!
    return ids
  }

  #numberOf(token: string): number {
    let number = this.#numbers.get(token)
    if (number === undefined) {
      number = this.tokens.push(token) - 1
      this.counts.push(0)
      this.#numbers.set(token, number)
    }
    return number
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#text.length) return
    const grown = new Int32Array(Math.max(2 * this.#text.length, this.#length + more))
    grown.set(this.#text.subarray(0, this.#length))
    this.#text = grown
  }
}
