/**
 * Texts whose tokens are their code points, read in two passes: one counts UTF-16 units in a table,
 * one looks them up in a table. No character becomes a string but the first of its kind, and beside
 * the text and its numbers nothing grows with the text.
 */

const UNITS = 0x10000
const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800

/** How often each token comes up, after `toToken`. */
export function countCodePoints(
  texts: readonly string[],
  toToken: (char: string) => string,
): Map<string, number> {
  const counts = new Map<string, number>()
  const add = (point: number, count: number) => {
    const token = toToken(String.fromCodePoint(point))
    counts.set(token, (counts.get(token) ?? 0) + count)
  }
  const units = new Uint32Array(UNITS)
  for (const text of texts) countUnits(text, units)
  let surrogates = 0
  for (const [unit, count] of units.entries()) {
    if (isSurrogate(unit)) surrogates += count
    else if (count > 0) add(unit, count)
  }
  if (surrogates > 0) for (const [point, count] of countSurrogates(texts)) add(point, count)
  return counts
}

/** Two tables, because a count waits for the one before it where a character comes twice. */
function countUnits(text: string, units: Uint32Array): void {
  const odd = new Uint32Array(UNITS)
  const last = text.length - 1
  for (let i = 0; i < last; i += 2) {
    units[text.charCodeAt(i)]!++
    odd[text.charCodeAt(i + 1)]!++
  }
  if (last % 2 === 0) units[text.charCodeAt(last)]!++
  for (const [unit, count] of odd.entries()) units[unit]! += count
}

/** The code points that begin with a surrogate: pairs, and halves that stand alone. */
function countSurrogates(texts: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      if (!isSurrogate(text.charCodeAt(i))) continue
      const point = text.codePointAt(i)!
      if (point > 0xffff) i++
      counts.set(point, (counts.get(point) ?? 0) + 1)
    }
  }
  return counts
}

/** Turns code points into numbers; remembers what `index` says of each. */
export class CodePointTable {
  /** Number by UTF-16 unit; -1: not asked yet, and always for surrogates. */
  readonly #units = new Int32Array(UNITS).fill(-1)
  readonly #points = new Map<number, number>()

  /** @param index the number of a character */
  constructor(private readonly index: (char: string) => number) {}

  /** Writes the numbers of `text` from `ids[at]` on, and says where they end. */
  write(text: string, ids: Int32Array, at: number): number {
    const units = this.#units
    let end = at
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      let id = units[unit]!
      if (id < 0) {
        const point = text.codePointAt(i)!
        if (point > 0xffff) i++
        id = this.#lookUp(point)
      }
      ids[end++] = id
    }
    return end
  }

  #lookUp(point: number): number {
    let id = this.#points.get(point)
    if (id === undefined) {
      id = this.index(String.fromCodePoint(point))
      this.#points.set(point, id)
      if (point < UNITS && !isSurrogate(point)) this.#units[point] = id
    }
    return id
  }
}
