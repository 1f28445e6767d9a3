/** How a text becomes numbers: split, lower-case, preprocess, look up; as torchtext's Field. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { CodePointTable, countCodePoints } from './char-reader'
import { requireFunction, requireList, requireString } from './checks'
import { TokenCounter } from './token-counter'
import { type Joint, pieceOf, type Tokenizer, words } from './tokenizer'
import { Vocab, type VocabOptions } from './vocab'

/** Ends each text if `newlineEos` is on. */
export const END_OF_TEXT = '<eos>'

export interface FieldOptions {
  /** Lower-case every token (default false). */
  lower?: boolean
  /** From text to tokens (default {@link words}). */
  tokenize?: Tokenizer
  /**
   * Whether `\\r\\n` and a lone `\\r` are read as the line feed they mean (default 'unify', as Python's text
   * mode does) or stay as they are ('keep').
   */
  lineEnds?: 'unify' | 'keep'
  /** A last change to the tokens of a text. */
  preprocess?: (tokens: string[]) => Iterable<string>
  /** One `<eos>` after each text or file of a corpus (default true; fast.ai's name for it). */
  newlineEos?: boolean
  /** What stands between tokens in decoded text (default: as the tokenizer has it, else a space). */
  joint?: Joint
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
  readonly joint: Joint
  readonly lineEnds: 'unify' | 'keep'
  #vocab: Vocab | null = null

  constructor(options: FieldOptions = {}) {
    const {
      lower = false,
      tokenize = words,
      lineEnds = 'unify',
      preprocess,
      newlineEos = true,
    } = checkOptions('Field', options, [
      'lower',
      'tokenize',
      'lineEnds',
      'preprocess',
      'newlineEos',
      'joint',
    ])
    requireFunction('tokenize', tokenize)
    requireFunction('preprocess', preprocess)
    const { joint = tokenize.joint ?? ' ' } = options
    if (typeof joint !== 'string') requireFunction('joint', joint)
    if (lineEnds !== 'unify' && lineEnds !== 'keep') {
      throw new DlError('bad-option', {
        problem: `lineEnds is ${showValue(lineEnds)}`,
        expected: "'unify' or 'keep'",
      })
    }
    this.lineEnds = lineEnds
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
    if (typeof vocab?.index !== 'function') {
      throw new DlError('bad-vocab', {
        problem: `the vocabulary assigned to the field is ${showValue(vocab)}`,
        expected: 'a Vocab',
      })
    }
    this.#vocab = vocab
  }

  /** The tokens of a text: split, lower-cased one by one, preprocessed. */
  tokens(text: string): string[] {
    const split = Array.from(this.tokenize(this.#withLineFeeds(text)), this.#toToken)
    return this.preprocess ? [...this.preprocess(split)] : split
  }

  /** Numbers of tokens that are ready, as {@link tokens} gives them. */
  numericalize(tokens: Iterable<string>): Int32Array {
    const { vocab } = this
    requireList('what numericalize got', tokens, 'tokens')
    return Int32Array.from(tokens, token => vocab.index(token))
  }

  /** Numbers of a text: {@link tokens} and {@link numericalize} in one go, without an `<eos>`. */
  encode(text: string): Int32Array {
    return this.#byCodePoint
      ? this.#read([this.#withLineFeeds(text)], this.vocab, false)
      : this.numericalize(this.tokens(text))
  }

  /** Numbers of whole texts, one after the other; makes the vocabulary of them if there is none. */
  build(texts: Iterable<string>, options: VocabOptions = {}): Int32Array {
    requireList('what build got', texts, 'texts')
    if (!this.#byCodePoint) return this.#buildTokens(texts, options)
    const all = Array.from(texts, this.#withLineFeeds)
    if (this.#vocab === null) {
      const counts = countCodePoints(all, this.#toToken)
      if (this.newlineEos) counts.set(END_OF_TEXT, all.length)
      this.#vocab = Vocab.build(counts, options)
    }
    return this.#read(all, this.#vocab, this.newlineEos)
  }

  /** The text of numbers. */
  decode(ids: Iterable<number>): string {
    const { vocab } = this
    requireList('what decode got', ids, 'numbers')
    const tokens = Array.from(ids, id => vocab.token(id))
    return tokens.map((_, at) => pieceOf(this.joint, tokens, at)).join('')
  }

  /** Whether texts need not be cut into strings. */
  get #byCodePoint(): boolean {
    return this.tokenize.codePoints === true && this.preprocess === undefined
  }

  #withLineFeeds = (text: string): string => {
    requireString('the text', text)
    if (this.lineEnds === 'keep' || !text.includes('\r')) return text
    return text.replace(/\r\n?/g, '\n')
  }

  #toToken = (split: string): string => (this.lower ? split.toLowerCase() : split)

  #read(texts: readonly string[], vocab: Vocab, endEach: boolean): Int32Array {
    const table = new CodePointTable(char => vocab.index(this.#toToken(char)))
    const ids = new Int32Array(
      texts.reduce((sum, text) => sum + text.length + (endEach ? 1 : 0), 0),
    )
    let end = 0
    for (const text of texts) {
      end = table.write(text, ids, end)
      if (endEach) ids[end++] = vocab.index(END_OF_TEXT)
    }
    return end === ids.length ? ids : ids.slice(0, end)
  }

  #buildTokens(texts: Iterable<string>, options: VocabOptions): Int32Array {
    const counter = new TokenCounter()
    for (const text of texts) {
      // without preprocess, which wants all of them, no list of the tokens is made
      if (this.preprocess) for (const token of this.tokens(text)) counter.add(token)
      else
        for (const token of this.tokenize(this.#withLineFeeds(text)))
          counter.add(this.#toToken(token))
      if (this.newlineEos) counter.add(END_OF_TEXT)
    }
    const counts = new Map(counter.tokens.map((token, i) => [token, counter.counts[i]!]))
    const vocab = (this.#vocab ??= Vocab.build(counts, options))
    return counter.ids(token => vocab.index(token))
  }
}
