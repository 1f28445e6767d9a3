/** From a text to its tokens, and how tokens stand in a text. Any function will do as a tokenizer. */

import { requireString } from './checks'

/** What stands between tokens: always the same, or what stands before `tokens[at]`. */
export type Joint = string | ((tokens: readonly string[], at: number) => string)

/** Splits a text into tokens. */
export interface Tokenizer {
  (text: string): Iterable<string>
  /** How tokens are put together again (default: with spaces). */
  readonly joint?: Joint
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
export const chars: Tokenizer = Object.assign(splitChars, {
  joint: '',
  codePoints: true as const,
})

function splitChars(text: string): string[] {
  requireString('the text', text)
  return Array.from(text)
}

/** Joiners, soft hyphens, direction marks and emoji tags: within a word they do not end it (UAX #29, WB4). */
const FORMAT =
  '\\xad\\u061c\\u180e\\u200c-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\u{e0020}-\\u{e007f}'
const LETTER = '\\p{L}\\p{M}\\p{N}_'
/** What belongs to the character before it: accents, variation selectors, skin tones. */
const EXTEND = `[\\p{M}\\p{EMod}${FORMAT}]*`

const WORD = new RegExp(
  [
    '<[a-z]+>', // a marker such as <unk>
    '\\p{N}+(?:[.,]\\p{N}+)+',
    `[${LETTER}][${LETTER}${FORMAT}]*(?:['’][${LETTER}${FORMAT}]+)*`,
    '-{2,}',
    '\\.{2,}',
    `\\p{RI}{2}${EXTEND}`, // a flag
    `\\S${EXTEND}(?:(?<=\\u200d)\\p{ExtPict}${EXTEND})*`, // a mark or an emoji, also of several joined
  ].join('|'),
  'gu',
)

/**
 * Words, numbers, punctuation marks and line feeds. A contraction is one word, a compound is words
 * and hyphens. (torchtext's default, Python's `split`, is `text => text.match(/\S+/g) ?? []`.)
 *
 * @example
 * ```ts
 * import { words } from '@dl/text'
 *
 * [...words("Don't panic, well-read  man--it's 3.50!")].join(' ') // → Don't panic , well - read man -- it's 3.50 !
 * ```
 */
export const words: Tokenizer = Object.assign(splitWords, { joint: betweenWords })

/** Line by line, so that the tokens of a long text need not all be in memory at once. */
function* splitWords(text: string): Generator<string> {
  requireString('the text', text)
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from)
    yield* text.slice(from, end < 0 ? undefined : end).match(WORD) ?? []
    if (end < 0) return
    yield '\n'
    from = end + 1
  }
}

const CLOSING = /^(?:[.,;:!?%)\]}’”»…]|\.{2,})$/
const OPENING = /^[([{‘“«$£€#@]$/
/** A zero-width space is one already. */
const TIGHT = /^(?:\n|\/|-+|–|—|\u200b)$/
const QUOTE = /^["']$/

/** Spaces where English has them. */
function betweenWords(tokens: readonly string[], at: number): string {
  const [before, token] = [tokens[at - 1]!, tokens[at]!]
  if (TIGHT.test(before) || TIGHT.test(token) || CLOSING.test(token) || OPENING.test(before)) {
    return ''
  }
  if (QUOTE.test(token) && !opens(tokens, at)) return ''
  if (QUOTE.test(before) && opens(tokens, at - 1)) return ''
  return ' '
}

/** Whether the straight quote at this place is the first of its pair on its line. */
function opens(tokens: readonly string[], at: number): boolean {
  let earlier = 0
  for (let i = at - 1; i >= 0 && tokens[i] !== '\n'; i--) if (tokens[i] === tokens[at]) earlier++
  return earlier % 2 === 0
}

/** The text of `tokens[at]` with what stands before it. */
export function pieceOf(joint: Joint, tokens: readonly string[], at: number): string {
  if (at === 0) return tokens[0]!
  return (typeof joint === 'string' ? joint : joint(tokens, at)) + tokens[at]!
}
