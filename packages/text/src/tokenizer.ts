/** From a text to its tokens. Any function will do; these two come along. */

/** Splits a text into tokens. */
export interface Tokenizer {
  (text: string): Iterable<string>
  /** What stands between tokens when they are put together again (default a space). */
  readonly joint?: string
  /** Set where every code point is a token, so that none need be cut out as a string of its own. */
  readonly codePoints?: true
}

/**
 * One token per character, that is per Unicode code point; spaces and line feeds are tokens too.
 *
 * @example
 * ```ts
 * import { chars } from '@dl/text'
 *
 * [...chars('ab\n')].length // → 3
 * ```
 */
export const chars: Tokenizer = Object.assign((text: string) => Array.from(text), {
  joint: '',
  codePoints: true as const,
})

/**
 * What stands between white space, as Python's `str.split`.
 *
 * @example
 * ```ts
 * import { words } from '@dl/text'
 *
 * [...words(' to  be\nor ')] // → to,be,or
 * ```
 */
export const words: Tokenizer = text => text.match(/\S+/g) ?? []
