import { manualSeed } from '@dl/core'
import { CharLM, chars, Field, generate, predictNext } from '@dl/text'
import { dispose, fill, tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, it } from 'vitest'

const field = new Field({ tokenize: chars })
field.build(['abcdefgh '])
let model: CharLM

beforeEach(() => {
  manualSeed(2)
  model = new CharLM({ vocab: field.vocab.size, embedding: 4, hidden: 8, layers: 2 })
})

afterEach(() => model.dispose())

it('gives the softmax of the last scores, likeliest first', async () => {
  const next = await predictNext(model, field, 'bad', { topK: field.vocab.size })
  const ids = tensor(field.encode('bad'), [3, 1], 'int32')
  model.eval()
  model.resetState()
  const logits = model.call(ids)
  const scores = [...(await logits.data())].slice(-field.vocab.size)
  dispose([ids, logits])
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
  expect(next).toHaveLength(scores.length)
  expect(next.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 12)
  for (const [rank, { token, probability }] of next.entries()) {
    expect(probability).toBeCloseTo(Math.exp(scores[field.vocab.index(token)]!) / total, 6)
    expect(probability).toBeLessThanOrEqual(next[rank - 1]?.probability ?? 1)
  }
})

it('names five, the first of which a greedy text goes on with', async () => {
  const next = await predictNext(model, field, 'head')
  expect(next).toHaveLength(5)
  // <unk>, <pad> and <eos> are never written
  const written = next.find(({ token }) => token.length === 1)!.token
  expect(await generate(model, field, 'head', { length: 1, greedy: true })).toBe(`head${written}`)
})

it('leaves the mode as it was, and names what the vocabulary lacks', async () => {
  const unknown: (readonly string[])[] = []
  model.train()
  await predictNext(model, field, 'xa', { onUnknown: tokens => unknown.push(tokens) })
  expect(unknown).toEqual([['x']])
  expect(model.rnn.training).toBe(true)
})

it.each([
  ['', {}, 'predictNext got an empty prompt; expected at least one token to start from.'],
  ['a', { topK: 0 }, "predictNext's topK is 0; expected an integer of at least 1."],
])('refuses %j with %j', async (prompt, options, message) => {
  await expect(predictNext(model, field, prompt, options)).rejects.toThrow(message)
})

it('says that a model has diverged', async () => {
  const broken = fill(model.decoder.weight.shape, Number.NaN)
  model.decoder.weight.assign(broken)
  broken.dispose()
  await expect(predictNext(model, field, 'a')).rejects.toThrow('the scores hold NaN')
})
