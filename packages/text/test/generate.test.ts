import { manualSeed } from '@dl/core'
import { CharLM, chars, Field, generate, predictNext } from '@dl/text'
import { tensor } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const field = new Field({ tokenize: chars })
field.build(['abcdefgh '])
let model: CharLM

beforeEach(() => {
  manualSeed(2)
  model = new CharLM({ vocab: field.vocab.size, embedding: 4, hidden: 8, layers: 2 })
})

afterEach(() => model.dispose())

it('continues the prompt, the same from a seed, token by token', async () => {
  const tokens: string[] = []
  const options = { length: 12, seed: 4 }
  const text = await generate(model, field, 'bad', { ...options, onToken: t => tokens.push(t) })
  expect(text).toBe(`bad${tokens.join('')}`)
  expect(tokens).toHaveLength(12)
  expect(await generate(model, field, 'bad', options)).toBe(text)
  expect(await generate(model, field, 'bad', { ...options, seed: 5 })).not.toBe(text)
})

it('tells with each token how likely it was, and what else was expected there', async () => {
  let text = 'bad'
  const told: { text: string; probability: number; likeliest: unknown }[] = []
  await generate(model, field, text, {
    length: 4,
    seed: 4,
    temperature: 2,
    onToken: (text, { probability, likeliest }) =>
      told.push({ text, probability, likeliest: likeliest(3) }),
  })
  for (const { text: piece, probability, likeliest } of told) {
    const expected = await predictNext(model, field, text, { topK: field.vocab.size })
    expect(probability).toBeCloseTo(expected.find(({ token }) => token === piece)!.probability, 6)
    expect(likeliest).toEqual(
      expected
        .slice(0, 3)
        .map(one => ({ ...one, probability: expect.closeTo(one.probability, 6) })),
    )
    text += piece
  }
})

it('passes on what narrows the choice', async () => {
  const greedy = await generate(model, field, 'bad', { length: 8, greedy: true })
  for (const narrow of [{ topK: 1 }, { topP: 1e-6 }, { temperature: 1e-6 }]) {
    expect(await generate(model, field, 'bad', { length: 8, seed: 1, ...narrow })).toBe(greedy)
  }
})

it('gives the spaces between words with the words', async () => {
  const text = new Field()
  text.build(['one, two'])
  const small = new CharLM({ vocab: text.vocab.size, embedding: 4, hidden: 8 })
  let written = 'one'
  const options = { length: 9, seed: 1, onToken: (piece: string) => (written += piece) }
  expect(await generate(small, text, 'one', options)).toBe(written)
  expect(written).toMatch(/ two/)
  small.dispose()
})

it('carries the state: greedy text equals that of feeding everything anew each time', async () => {
  let slow = 'bad'
  for (let i = 0; i < 6; i++) slow = await generate(model, field, slow, { length: 1, greedy: true })
  expect(await generate(model, field, 'bad', { length: 6, greedy: true })).toBe(slow)
})

it('never writes <unk>, <pad> or <eos>', async () => {
  const text = await generate(model, field, 'a', { length: 200, temperature: 50, seed: 1 })
  expect(text).toHaveLength(201)
  expect(text).not.toMatch(/[<>]/)
})

it('keeps a prompt as it was typed, and names what the vocabulary lacks', async () => {
  const unknown: (readonly string[])[] = []
  const options = {
    length: 3,
    seed: 1,
    onUnknown: (tokens: readonly string[]) => unknown.push(tokens),
  }
  expect(await generate(model, field, 'Über dadÜ', options)).toMatch(/^Über dadÜ.{3}$/)
  expect(unknown).toEqual([['Ü', 'r']])
  await generate(model, field, 'bad', options)
  expect(unknown).toHaveLength(1)

  const lower = new Field({ tokenize: chars, lower: true })
  lower.vocab = field.vocab
  expect(await generate(model, lower, 'BAD', options)).toMatch(/^BAD.{3}$/)
})

it('warns of what the vocabulary lacks', async () => {
  const warnings: unknown[] = []
  const { warn } = console
  console.warn = (...args) => warnings.push(args)
  try {
    await generate(model, field, 'xbx', { length: 1 })
  } finally {
    console.warn = warn
  }
  expect(warnings).toEqual([['generate: the vocabulary lacks "x" of the prompt; read as <unk>.']])
})

it('puts no second space behind one', async () => {
  const text = new Field()
  text.build(['one two'])
  const small = new CharLM({ vocab: text.vocab.size, embedding: 4, hidden: 8 })
  expect(await generate(small, text, 'one ', { length: 2, seed: 1 })).toMatch(/^one \S+ \S+$/)
  small.dispose()
})

it('writes several texts at once, each as if alone', async () => {
  const write = (prompt: string) => generate(model, field, prompt, { length: 15, seed: 7 })
  const prompts = ['abc', 'hgf', 'd']
  const alone: string[] = []
  for (const prompt of prompts) alone.push(await write(prompt))
  expect(await Promise.all(prompts.map(write))).toEqual(alone)
})

it('leaves mode and carried state alone between its steps', async () => {
  const ids = tensor([2, 3], [1, 2], 'int32')
  model.train()
  model.rnn.eval()
  model.call(ids).dispose()
  const state = async () => [...(await model.rnn.carried.h!.value.data())]
  const before = await state()
  const seen: [boolean, boolean, number[]][] = []
  const states: Promise<void>[] = []
  const onToken = () => {
    const { training } = model
    states.push(state().then(values => void seen.push([training, model.rnn.training, values])))
  }
  await generate(model, field, 'a', { length: 3, onToken })
  await Promise.all(states)
  expect(seen).toEqual(Array(3).fill([true, false, before]))
  ids.dispose()
})

it('puts all back when the model throws', async () => {
  const off = model.rnn.onForward(() => {
    throw new Error('torn')
  })
  model.train()
  await expect(generate(model, field, 'a')).rejects.toThrow('torn')
  off()
  expect([model.training, model.rnn.training]).toEqual([true, true])
})

it('puts mode and carried state back', async () => {
  const ids = tensor([2, 3], [1, 2], 'int32')
  model.train()
  model.call(ids).dispose()
  const state = async () => [...(await model.rnn.carried.h!.value.data())]
  const before = await state()
  await generate(model, field, 'a', { length: 3 })
  expect(await state()).toEqual(before)
  expect(model.rnn.training).toBe(true)
  ids.dispose()
})

describe('bad input', () => {
  it.each([
    ['', {}, 'generate got an empty prompt; expected at least one token to start from.'],
    ['a', { length: -1 }, "generate's length is -1; expected an integer of at least 0."],
    ['a', { temperature: -1 }, 'the temperature is -1; expected a number of at least 0.'],
    ['a', { topK: 0 }, 'topK is 0; expected an integer of at least 1.'],
    ['a', { topP: 90 }, 'topP is 90; expected a number above 0, at most 1.'],
  ])('%j with %j', async (prompt, options, message) => {
    await expect(generate(model, field, prompt, options)).rejects.toThrow(message)
  })
})
