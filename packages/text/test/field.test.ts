import { Generator } from '@dl/core'
import { chars, Field, type Joint, Vocab } from '@dl/text'
import { describe, expect, it } from 'vitest'

describe('Field', () => {
  it('splits, then lower-cases each token, then preprocesses', () => {
    const field = new Field({
      lower: true,
      tokenize: text => text.split('|'),
      preprocess: tokens => tokens.map(token => `${token}/${tokens.length}`),
    })
    expect(field.tokens('A B|C')).toEqual(['a b/2', 'c/2'])
  })

  it('takes words by default and puts spaces where they belong', () => {
    const field = new Field()
    field.build(['the cat, and the dog\n'])
    expect(field.decode(field.encode('the  dog,cat\nthe'))).toBe('the dog, cat\nthe')
    expect([...field.encode('the bird')]).toEqual([2, 0])
  })

  it('joins the tokens of a tokenizer of your own as you say, else with spaces', () => {
    const read = (joint?: Joint) => {
      const field = new Field({ tokenize: text => [...text], joint })
      field.build(['abc'])
      return field.decode(field.numericalize(['c', 'a', 'b']))
    }
    expect(read()).toBe('c a b')
    expect(read('')).toBe('cab')
    expect(read((tokens, at) => (tokens[at] === 'b' ? '-' : `${at}`))).toBe('c1a-b')
  })

  it('keeps line feeds and ends each text with one <eos>, which counts as a token', () => {
    const field = new Field({ tokenize: chars })
    const ids = field.build(['a\n', 'a'])
    expect(field.vocab.itos).toEqual(['<unk>', '<pad>', '<eos>', 'a', '\n'])
    expect([...ids]).toEqual([3, 4, 2, 3, 2])
    const without = new Field({ tokenize: chars, newlineEos: false })
    expect([...without.build(['a\n', 'a'])]).toEqual([2, 3, 2])
  })

  it.each([
    ['chars', chars],
    ['words', undefined],
    ['chars, for preprocess', Object.assign((text: string) => [...text], { joint: '' })],
  ])('reads every kind of line end as a line feed, unless told to keep them: %s', (_, tokenize) => {
    const text = 'to be,\nor not\n\nto be\n'
    const field = new Field({ tokenize })
    const ids = field.build([text])
    const { itos } = field.vocab
    for (const end of ['\r\n', '\r']) {
      const written = text.replaceAll('\n', end)
      expect(field.encode(written)).toEqual(field.encode(text))
      expect(field.tokens(written)).toEqual(field.tokens(text))
      const other = new Field({ tokenize })
      expect(other.build([written])).toEqual(ids)
      expect(other.vocab.itos).toEqual(itos)
    }
    const keeping = new Field({ tokenize: chars, lineEnds: 'keep' })
    expect(keeping.tokens('a\r\nb\r')).toEqual(['a', '\r', '\n', 'b', '\r'])
  })

  it('knows two ways with line ends', () => {
    expect(() => new Field({ lineEnds: 'crlf' as 'keep' })).toThrow(
      `lineEnds is "crlf"; expected 'unify' or 'keep'.`,
    )
  })

  it('keeps the vocabulary of the first build, and takes one that is assigned', () => {
    const field = new Field({ tokenize: chars, newlineEos: false })
    field.build(['ab'])
    expect([...field.build(['bcb'])]).toEqual([3, 0, 3])
    field.vocab = Vocab.build({ c: 1 })
    expect([...field.build(['bcb'])]).toEqual([0, 2, 0])
  })

  it('reads words one by one, or all of a text for preprocess, to the same numbers', () => {
    const texts = ["To be, or not to be--\nthat's it.", 'To be?']
    const options = { minFreq: 2 }
    const one = new Field({ lower: true })
    const all = new Field({ lower: true, preprocess: tokens => tokens })
    expect(one.build(texts, options)).toEqual(all.build(texts, options))
    expect(one.vocab.itos).toEqual(['<unk>', '<pad>', 'be', 'to', '<eos>'])
    expect(one.vocab.itos).toEqual(all.vocab.itos)
    expect([...one.encode('TO be!')]).toEqual([3, 2, 0])
  })

  it('reads texts that come one by one', () => {
    function* texts() {
      yield 'ab'
      yield 'b'
    }
    const field = new Field({ tokenize: chars })
    expect([...field.build(texts())]).toEqual([4, 3, 2, 3, 2])
    expect(field.vocab.itos.slice(2)).toEqual(['<eos>', 'b', 'a'])
  })

  it('refuses a character that the vocabulary lacks, where it has no <unk>', () => {
    const field = new Field({ tokenize: chars, newlineEos: false })
    field.build(['ab'], { specials: [] })
    expect(() => field.encode('abc')).toThrow('the vocabulary has neither "c" nor <unk>')
  })

  it('says that it has no vocabulary yet', () => {
    const field = new Field()
    expect(field.hasVocab).toBe(false)
    expect(() => field.encode('x')).toThrowErrorMatchingInlineSnapshot(
      `[DlError: the field has no vocabulary yet; expected one built from a text or assigned. Build a corpus with it (LanguageModelData.fromTextFiles), or set field.vocab = Vocab.fromJSON(stored).]`,
    )
  })

  it.each([true, false])('reads characters as the general way does (lower: %s)', lower => {
    const generator = new Generator(11)
    const alphabet = [...'aAbÄäÉİẞΣ\n \u0000', '😀', '𝒜', '𐐀', '\ud800', '\uffff']
    for (let trial = 0; trial < 50; trial++) {
      const text = Array.from(
        { length: generator.int(400) },
        () => alphabet[generator.int(alphabet.length)],
      ).join('')
      const fast = new Field({ lower, tokenize: chars })
      const general = new Field({ lower, tokenize: chars, preprocess: tokens => tokens })
      const texts = [text, text.slice(0, 7)]
      const options = { minFreq: 2 }
      expect(fast.build(texts, options)).toEqual(general.build(texts, options))
      expect(fast.vocab.itos).toEqual(general.vocab.itos)
      expect(fast.encode(text)).toEqual(general.encode(text))
    }
  })
})
