import { chars, Field, Vocab, words } from '@dl/text'
import { holds } from '../property'
import { strangeText } from '../strange-text'
import type { Trial } from '../trial'

const unified = (text: string) => text.replace(/\r\n?/g, '\n')

export const textRoundTrip: Trial = {
  name: 'text-round-trip',
  claim: 'any string is a text: what is encoded is decoded again, and vocabularies survive JSON',
  short: 60,
  long: 2000,
  run: context =>
    holds(context, random => {
      const texts = Array.from({ length: 1 + random.int(3) }, () => strangeText(random, 40))
      const shown = JSON.stringify(texts)
      const lineEnds = random.int(2) === 0 ? ('unify' as const) : ('keep' as const)
      const field = new Field({ tokenize: chars, lineEnds })
      const ids = field.build(texts)
      const parts = texts.map(text => [...field.encode(text), field.vocab.index('<eos>')])
      if (String(parts.flat()) !== String([...ids])) return `build and encode differ for ${shown}`
      for (const text of texts) {
        const again = field.decode(field.encode(text))
        const expected = lineEnds === 'keep' ? text : unified(text)
        if (again !== expected) {
          return `${JSON.stringify(expected)} comes back as ${JSON.stringify(again)}`
        }
      }
      const stored = Vocab.fromJSON(JSON.parse(JSON.stringify(field.vocab)))
      if (JSON.stringify(stored.itos) !== JSON.stringify(field.vocab.itos)) {
        return `the vocabulary of ${shown} comes back otherwise`
      }
      for (const [i, token] of stored.itos.entries()) {
        if (stored.index(token) !== i || stored.token(i) !== token) {
          return `token ${JSON.stringify(token)} of ${shown} has another number`
        }
      }
      const byWords = new Field({ tokenize: words })
      byWords.build(texts)
      for (const text of texts) {
        const tokens = byWords.tokens(text)
        const numbers = byWords.numericalize(tokens)
        const back = Array.from(numbers, id => byWords.vocab.token(id))
        if (JSON.stringify(back) !== JSON.stringify(tokens)) {
          return `words of ${JSON.stringify(text)} come back as ${JSON.stringify(back)}`
        }
        const [kept, all] = [tokens.join(''), unified(text)].map(t => t.replace(/[^\S\n]/gu, ''))
        if (kept !== all) return `words of ${JSON.stringify(text)} are ${JSON.stringify(tokens)}`
      }
      return null
    }),
}
