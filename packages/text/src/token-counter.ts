/**
 * Reads tokens once and keeps them as numbers: every distinct token gets the next free number when
 * it is first met. A vocabulary is then made of the few distinct tokens and their counts, and the
 * text follows by replacing number with number.
 */
export class TokenCounter {
  /** The distinct tokens in the order they were met … */
  readonly tokens: string[] = []
  /** … and how often each was. */
  readonly counts: number[] = []
  #numbers = new Map<string, number>()
  #text = new Int32Array(1024)
  #length = 0

  add(token: string): void {
    if (this.#length === this.#text.length) {
      const grown = new Int32Array(2 * this.#length)
      grown.set(this.#text)
      this.#text = grown
    }
    let number = this.#numbers.get(token)
    if (number === undefined) {
      number = this.tokens.push(token) - 1
      this.counts.push(0)
      this.#numbers.set(token, number)
    }
    this.counts[number]!++
    this.#text[this.#length++] = number
  }

  /** The tokens read, one after the other, in the numbers that `index` gives them. */
  ids(index: (token: string) => number): Int32Array {
    const table = Int32Array.from(this.tokens, index)
    const ids = this.#text.slice(0, this.#length)
    for (let i = 0; i < ids.length; i++) ids[i] = table[ids[i]!]!
    return ids
  }
}
