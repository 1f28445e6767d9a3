/** How a text becomes numbers: split, lower-case, preprocess, look up; as torchtext's Field. */
import { DlError } from '@dl/core'
import { TokenCounter } from './token-counter'
import { type Tokenizer, words } from './tokenizer'
import { Vocab, type VocabOptions } from './vocab'

/** Ends each text if `newlineEos` is on. */
export const END_OF_TEXT = '<eos>'

export interface FieldOptions {
  /** Lower-case every token (default false). */
  lower?: boolean
  /** From text to tokens (default {@link words}). */
  tokenize?: Tokenizer
  /** A last change to the tokens of a text. */
  preprocess?: (tokens: string[]) => Iterable<string>
  /** One `<eos>` after each text or file of a corpus (default true; fast.ai's name for it). */
  newlineEos?: boolean
  /** What stands between tokens in decoded text (default the tokenizer's: '' for chars, else a space). */
  joint?: string
}

/**
 * The way from text to numbers and back. The first corpus that is built with it gives it its
 * vocabulary.
 *
 * @example
 * ```ts
 * import { chars, Field } from '@dl/text'
 *
 * const field = new Field({ lower: true, tokenize: chars })
 * field.build(['Hello, hello'])
 * field.vocab.itos.slice(2, 5) // → l,e,h
 * field.decode(field.encode('HELL')) // → hell
 * ```
 */
export class Field {
  readonly lower: boolean
  readonly tokenize: Tokenizer
  readonly preprocess: ((tokens: string[]) => Iterable<string>) | undefined
  readonly newlineEos: boolean
  readonly joint: string
  #vocab: Vocab | null = null

  constructor({
    lower = false,
    tokenize = words,
    preprocess,
    newlineEos = true,
    joint = tokenize.joint ?? ' ',
  }: FieldOptions = {}) {
    this.lower = lower
    this.tokenize = tokenize
    this.preprocess = preprocess
    this.newlineEos = newlineEos
    this.joint = joint
  }

  get hasVocab(): boolean {
    return this.#vocab !== null
  }

  /** The vocabulary; assign one (`Vocab.fromJSON` of a stored one, say) to use it from then on. */
  get vocab(): Vocab {
    if (this.#vocab !== null) return this.#vocab
    throw new DlError('no-vocab', {
      problem: 'the field has no vocabulary yet',
      expected: 'one built from a text or assigned',
      fix: 'Build a corpus with it (LanguageModelData.fromTextFiles), or set field.vocab = Vocab.fromJSON(stored).',
    })
  }

  set vocab(vocab: Vocab) {
    this.#vocab = vocab
  }

  /** The tokens of a text: split, lower-cased one by one, preprocessed. */
  tokens(text: string): string[] {
    const split = Array.from(this.tokenize(text), token =>
      this.lower ? token.toLowerCase() : token,
    )
    return this.preprocess ? [...this.preprocess(split)] : split
  }

  /** Numbers of tokens that are ready, as {@link tokens} gives them. */
  numericalize(tokens: Iterable<string>): Int32Array {
    const { vocab } = this
    return Int32Array.from(tokens, token => vocab.index(token))
  }

  /** Numbers of a text: {@link tokens} and {@link numericalize} in one go, without an `<eos>`. */
  encode(text: string): Int32Array {
    const { vocab } = this
    return this.#read([text], false).ids(token => vocab.index(token))
  }

  /** Numbers of whole texts, one after the other; makes the vocabulary of them if there is none. */
  build(texts: Iterable<string>, options: VocabOptions = {}): Int32Array {
    const counter = this.#read(texts, this.newlineEos)
    this.#vocab ??= Vocab.build(
      new Map(counter.tokens.map((token, i) => [token, counter.counts[i]!])),
      options,
    )
    const vocab = this.#vocab
    return counter.ids(token => vocab.index(token))
  }

  /** The text of numbers. */
  decode(ids: Iterable<number>): string {
    const { vocab } = this
    return Array.from(ids, id => vocab.token(id)).join(this.joint)
  }

  #read(texts: Iterable<string>, endEach: boolean): TokenCounter {
    const counter = new TokenCounter()
    for (const text of texts) {
      if (this.tokenize.codePoints && !this.preprocess) {
        counter.addCodePoints(text, this.lower ? char => char.toLowerCase() : char => char)
      } else {
        for (const token of this.tokens(text)) counter.add(token)
      }
      if (endEach) counter.add(END_OF_TEXT)
    }
    return counter
  }
}
