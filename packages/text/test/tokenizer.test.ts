import { chars, Field, words } from '@dl/text'
import { describe, expect, it } from 'vitest'

describe('chars', () => {
  it('gives every code point, white space and astral planes included', () => {
    expect([...chars('a \n😀é')]).toEqual(['a', ' ', '\n', '😀', 'é'])
    expect([...chars('')]).toEqual([])
  })
})

describe('words', () => {
  it.each([
    ['Hello, world!', 'Hello|,|world|!'],
    ["I can't; it's o’clock", "I|can't|;|it's|o’clock"],
    ["'tis the dogs' bowl", "'|tis|the|dogs|'|bowl"],
    ['pi is 3.14, or 1,000.', 'pi|is|3.14|,|or|1,000|.'],
    ['the 1990s, 3rd', 'the|1990s|,|3rd'],
    ['a woman--what then...', 'a|woman|--|what|then|...'],
    ['well-known (or "not")', 'well|-|known|(|or|"|not|"|)'],
    ['one\n\ntwo\r\n three\n', 'one|\n|\n|two|\n|three|\n'],
    ['Æsop über naïve 日本語 😀', 'Æsop|über|naïve|日本語|😀'],
    ['an <unk> thing < x>', 'an|<unk>|thing|<|x|>'],
    [' \t', ''],
    ['', ''],
  ])('splits %j', (text, tokens) => {
    expect([...words(text)].join('|')).toBe(tokens)
  })

  it.each([
    'Hello, world! He said: "No." (Or did he?)\n"Yes"--\'maybe\'.\n',
    'Well-known dogs, 3.14 of them; $5 each, 10% off…',
    "I can't, it's “fine”.\n\nAnd so on...",
    'an odd "quote\n"closed" again',
  ])('is put together as it was: %j', text => {
    const field = new Field({ tokenize: words })
    field.build([text])
    expect(field.decode(field.encode(text))).toBe(text)
  })

  it('gives the same tokens whether or not they are read at once', () => {
    const iterator = words('a b\nc')[Symbol.iterator]()
    expect(iterator.next().value).toBe('a')
    expect([...words('x\ny')]).toEqual(['x', '\n', 'y'])
    expect(iterator.next().value).toBe('b')
  })
})
