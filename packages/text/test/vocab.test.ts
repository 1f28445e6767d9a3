import { Vocab } from '@dl/text'
import { describe, expect, it } from 'vitest'

describe('Vocab.build', () => {
  it('puts specials first, then falling frequency, ties by code point', () => {
    const vocab = Vocab.build({ b: 2, a: 2, Z: 2, z: 3, '<pad>': 99 })
    expect(vocab.itos).toEqual(['<unk>', '<pad>', 'z', 'Z', 'a', 'b'])
    expect(vocab.size).toBe(6)
  })

  it('orders by code point where UTF-16 would differ', () => {
    const vocab = Vocab.build(
      new Map([
        ['😀', 1],
        ['\uffee', 1],
        ['\ud7ff', 1],
        ['ab', 1],
        ['a', 1],
      ]),
    )
    expect(vocab.itos.slice(2)).toEqual(['a', 'ab', '\ud7ff', '\uffee', '😀'])
  })

  it('drops what is rarer than minFreq and what exceeds maxSize, which counts no specials', () => {
    const counts = { a: 5, b: 4, c: 3, d: 2 }
    expect(Vocab.build(counts, { minFreq: 3 }).itos.slice(2)).toEqual(['a', 'b', 'c'])
    expect(Vocab.build(counts, { maxSize: 2 }).itos).toEqual(['<unk>', '<pad>', 'a', 'b'])
    expect(Vocab.build({ a: 0, b: 1 }, { minFreq: 0 }).itos.slice(2)).toEqual(['b'])
  })

  it.each([
    [{ minFreq: -1 }, 'minFreq is -1; expected an integer of at least 0.'],
    [{ maxSize: 1.5 }, 'maxSize is 1.5; expected an integer of at least 0.'],
    [{ specials: ['x', 'x'] }, 'the vocabulary holds "x" twice; expected every token once.'],
  ])('refuses %j', (options, message) => {
    expect(() => Vocab.build({ a: 1 }, options)).toThrow(message)
  })
})

describe('Vocab', () => {
  it('looks up tokens and numbers', () => {
    const vocab = Vocab.build({ a: 2, b: 1 })
    expect([vocab.index('a'), vocab.index('nope'), vocab.stoi.get('b')]).toEqual([2, 0, 3])
    expect(vocab.token(3)).toBe('b')
    expect(() => vocab.token(4)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: there is no token number 4; expected an integer from 0 to 3.]`,
    )
  })

  it('refuses an unknown token if it has no <unk>', () => {
    const vocab = Vocab.build({ a: 2, b: 1 }, { specials: [] })
    expect(vocab.itos).toEqual(['a', 'b'])
    expect(() => vocab.index('c')).toThrowErrorMatchingInlineSnapshot(
      `[DlError: the vocabulary has neither "c" nor <unk>; expected a token out of 2. Build the vocabulary with <unk> among its specials, or from a text that has the token.]`,
    )
  })

  it('survives JSON', () => {
    const vocab = Vocab.build({ a: 2, '\n': 1, '😀': 1 })
    expect(Vocab.fromJSON(JSON.parse(JSON.stringify(vocab))).itos).toEqual(vocab.itos)
    expect(() => Vocab.fromJSON({ itos: [1] } as never)).toThrowErrorMatchingInlineSnapshot(
      `[DlError: this is no stored vocabulary: an object with itos; expected { "itos": [token, …] }.]`,
    )
  })
})
