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

  it.each([
    ['an accent', 'e\u0301te\u0301'],
    ['a keycap', '1\ufe0f\u20e3'],
    ['a keycap of a mark', '#\ufe0f\u20e3'],
    ['Devanagari', 'क्षत्रिय'],
    ['a non-joiner in Persian', 'می\u200cخواهم'],
    ['a joiner in Sinhala', 'ශ්\u200dරී'],
    ['a soft hyphen', 'co\u00adoperate'],
    ['a word joiner', 'a\u2060b'],
    ['a direction mark behind a word', 'שלום\u200f'],
    ['a family', '👨\u200d👩\u200d👧'],
    ['a family with skin tones', '👩🏽\u200d❤\ufe0f\u200d👨🏻'],
    ['a variation selector', '❤\ufe0f'],
    ['a skin tone', '👍🏽'],
    ['a flag', '🇩🇪'],
    ['a flag of tags', '🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}'],
    ['a sign with a selector', '™\ufe0f'],
  ])('keeps %s together, and gives it back', (_what, text) => {
    expect([...words(text)]).toEqual([text])
    const field = new Field({ tokenize: words })
    const twice = `${text} ${text}`
    field.build([twice])
    expect(field.tokens(twice)).toEqual([text, text])
    expect(field.decode(field.encode(twice))).toBe(twice)
  })

  it.each([
    ['two flags', '🇩🇪🇫🇷', ['🇩🇪', '🇫🇷']],
    ['emoji side by side', '😀👍🏽', ['😀', '👍🏽']],
    ['a zero-width space', 'ก\u200bข', ['ก', '\u200b', 'ข']],
    ['a joiner that joins nothing', 'a.\u200d.', ['a', '.\u200d', '.']],
  ])('takes %s apart', (_what, text, tokens) => {
    expect([...words(text)]).toEqual(tokens)
  })

  it('puts zero-width spaces where they were', () => {
    const field = new Field({ tokenize: words })
    field.build(['ก\u200bข ค'])
    expect(field.decode(field.encode('ก\u200bข ค'))).toBe('ก\u200bข ค')
  })

  it('gives the same tokens whether or not they are read at once', () => {
    const iterator = words('a b\nc')[Symbol.iterator]()
    expect(iterator.next().value).toBe('a')
    expect([...words('x\ny')]).toEqual(['x', '\n', 'y'])
    expect(iterator.next().value).toBe('b')
  })
})
