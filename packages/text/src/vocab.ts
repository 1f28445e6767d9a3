/**
 * The tokens a model knows, by number. Order as in torchtext: specials, then by falling frequency,
 * ties by code point.
 */
import { checkOptions, DlError, showValue } from '@dl/core'
import { requireCount, requireList } from './checks'

export const UNKNOWN = '<unk>'
export const PADDING = '<pad>'

export interface VocabOptions {
  /** Rarer tokens become `<unk>` (default 1: none is). */
  minFreq?: number
  /** Keep at most so many tokens, specials not counted (default: all). */
  maxSize?: number
  /** What comes first, text or not. Without `<unk>` among them, an unknown token is an error. */
  specials?: readonly string[]
}

/** A vocabulary as plain JSON. */
export interface VocabJson {
  itos: string[]
}

/**
 * Token to number (`stoi`) and back (`itos`).
 *
 * @example
 * ```ts
 * import { Vocab } from '@dl/text'
 *
 * const vocab = Vocab.build({ e: 5, t: 9, a: 5, q: 1 }, { minFreq: 2 })
 * vocab.itos // → <unk>,<pad>,t,a,e
 * vocab.index('e') // → 4
 * vocab.index('q') // → 0
 * ```
 */
export class Vocab {
  readonly itos: readonly string[]
  readonly stoi: ReadonlyMap<string, number>

  private constructor(itos: readonly string[]) {
    this.itos = itos
    this.stoi = new Map(itos.map((token, index) => [token, index]))
    if (this.stoi.size < itos.length) {
      const twice = itos.find((token, index) => this.stoi.get(token) !== index)
      throw new DlError('bad-vocab', {
        problem: `the vocabulary holds ${JSON.stringify(twice)} twice`,
        expected: 'every token once',
      })
    }
  }

  /** The vocabulary of a text whose tokens were counted. */
  static build(
    counts: ReadonlyMap<string, number> | Readonly<Record<string, number>>,
    options: VocabOptions = {},
  ): Vocab {
    const {
      minFreq = 1,
      maxSize = Number.POSITIVE_INFINITY,
      specials = [UNKNOWN, PADDING],
    } = checkOptions('Vocab.build', options, ['minFreq', 'maxSize', 'specials'])
    requireCount('minFreq', minFreq, 0)
    if (maxSize !== Number.POSITIVE_INFINITY) requireCount('maxSize', maxSize, 0)
    requireList('specials', specials, 'tokens')
    if (typeof counts !== 'object' || counts === null) {
      throw new DlError('bad-vocab', {
        problem: `the counts are ${showValue(counts)}`,
        expected: 'a Map or a record from tokens to how often they come up',
      })
    }
    const entries = counts instanceof Map ? [...counts] : Object.entries(counts)
    const kept = entries
      .filter(([token, count]) => count >= Math.max(minFreq, 1) && !specials.includes(token))
      .sort(([a, countOfA], [b, countOfB]) => countOfB - countOfA || compareCodePoints(a, b))
      .slice(0, maxSize)
    return new Vocab([...specials, ...kept.map(([token]) => token)])
  }

  /** What {@link toJSON} gave. */
  static fromJSON(json: VocabJson): Vocab {
    const itos: unknown = json?.itos
    if (!Array.isArray(itos) || !itos.every(token => typeof token === 'string')) {
      throw new DlError('bad-vocab', {
        problem: `this is no stored vocabulary: ${showValue(json)}`,
        expected: '{ "itos": [token, …] }',
      })
    }
    return new Vocab([...itos])
  }

  get size(): number {
    return this.itos.length
  }

  /** The number of `token`; that of `<unk>` where it is not known. */
  index(token: string): number {
    const index = this.stoi.get(token) ?? this.stoi.get(UNKNOWN)
    if (index !== undefined) return index
    throw new DlError('unknown-token', {
      problem: `the vocabulary has neither ${showValue(token)} nor ${UNKNOWN}`,
      expected: `a token out of ${this.size}`,
      fix: `Build the vocabulary with ${UNKNOWN} among its specials, or from a text that has the token.`,
    })
  }

  /** The token of a number. */
  token(index: number): string {
    const token = this.itos[index]
    if (token !== undefined) return token
    throw new DlError('bad-index', {
      problem: `there is no token number ${showValue(index)}`,
      expected: `an integer from 0 to ${this.size - 1}`,
    })
  }

  toJSON(): VocabJson {
    return { itos: [...this.itos] }
  }
}

/** Python's order of strings. JavaScript's own puts U+10000 and above before U+E000. */
function compareCodePoints(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Surrogates after all other units. */
const rank = (unit: number): number =>
  unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800
