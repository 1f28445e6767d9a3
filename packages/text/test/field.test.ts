import { Generator } from '@dl/core'
import { chars, Field, Vocab } from '@dl/text'
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

  it('takes words by default and joins them with a space', () => {
    const field = new Field()
    field.build(['the cat and the dog'])
    expect(field.decode(field.encode('the  dog\n'))).toBe('the dog')
    expect([...field.encode('the bird')]).toEqual([2, 0])
  })

  it('joins the tokens of a tokenizer of your own as you say', () => {
    const field = new Field({ tokenize: text => [...text], joint: '' })
    field.build(['abc'])
    expect(field.decode(field.numericalize(['c', 'a']))).toBe('ca')
  })

  it('keeps line feeds and ends each text with one <eos>, which counts as a token', () => {
    const field = new Field({ tokenize: chars })
    const ids = field.build(['a\n', 'a'])
    expect(field.vocab.itos).toEqual(['<unk>', '<pad>', '<eos>', 'a', '\n'])
    expect([...ids]).toEqual([3, 4, 2, 3, 2])
    const without = new Field({ tokenize: chars, newlineEos: false })
    expect([...without.build(['a\n', 'a'])]).toEqual([2, 3, 2])
  })

  it('keeps the vocabulary of the first build, and takes one that is assigned', () => {
    const field = new Field({ tokenize: chars, newlineEos: false })
    field.build(['ab'])
    expect([...field.build(['bcb'])]).toEqual([3, 0, 3])
    field.vocab = Vocab.build({ c: 1 })
    expect([...field.build(['bcb'])]).toEqual([0, 2, 0])
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
