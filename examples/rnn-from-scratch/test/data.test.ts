import { type Batch, type DataLoader, datasets, disposeBatch } from '@dl/data'
import { beforeEach, describe, expect, it } from 'vitest'
import { type CharData, indices, streamed, windowed } from '../src/data'
import { STEPS } from '../src/steps'

const corpus = {
  name: 'test',
  train: 'What if truth were a woman, what then?\n'.repeat(30),
  validation: 'For those who looked, what then?\n'.repeat(10),
}
const options = { bs: 4, seed: 1 }

async function firstOf(loader: DataLoader): Promise<{ inputs: number[][]; target: number[] }> {
  for await (const batch of loader) return read(batch)
  throw new Error('no batch')
}

async function read(batch: Batch) {
  const inputs = await Promise.all(batch.inputs.map(async input => [...(await input.data())]))
  const target = [...(await batch.target.data())]
  disposeBatch(batch)
  return { inputs, target }
}

const text = (data: CharData, ids: readonly number[]) => ids.map(data.char).join('')

it('numbers the sorted characters of a text from 1, case kept', () => {
  const { itos, ids } = indices('baAb\n')
  expect(itos).toEqual(['\0', '\n', 'A', 'a', 'b'])
  expect([...ids('Abx')]).toEqual([2, 4, 0])
})

it('gives a model of columns its characters one by one', async () => {
  const data = STEPS['three-char'].data(corpus, options)
  const { inputs, target } = await firstOf(data.train)
  expect(inputs).toHaveLength(3)
  const windows = target.map((label, i) => text(data, [...inputs.map(ids => ids[i]!), label]))
  expect(windows).toHaveLength(4)
  for (const window of windows) expect(corpus.train + corpus.validation).toContain(window)
  const prompt = data.inputsOf('wh?')
  expect(prompt.map(({ shape }) => shape)).toEqual([[1], [1], [1]])
  for (const tensor of prompt) tensor.dispose()
})

it('gives the others a tensor with time first, and what follows each character', async () => {
  const data = STEPS['multi-output'].data(corpus, options)
  const {
    inputs: [ids],
    target,
  } = await firstOf(data.train)
  const column = (all: readonly number[], i: number) => all.filter((_, k) => k % 4 === i)
  expect(ids).toHaveLength(32)
  expect(column(target, 2).slice(0, -1)).toEqual(column(ids!, 2).slice(1))
})

it('keeps a fifth to judge by, in batches twice as large', () => {
  const loading = { size: 8, stride: 1, target: 'next', layout: 'timeFirst' } as const
  const data = windowed(corpus, loading, options)
  const length = corpus.train.length + corpus.validation.length
  expect(data.rows).toBe(length - 8)
  const heldOut = Math.floor(data.rows / 5)
  expect(data.validation.length).toBe(Math.ceil(heldOut / 8))
  expect(data.train.length).toBe(Math.ceil((data.rows - heldOut) / 4))
})

it('reads streams of lower-cased text', async () => {
  const data = streamed(corpus, options)
  const {
    inputs: [ids],
    target,
  } = await firstOf(data.train)
  expect(target.slice(0, 4)).toEqual(ids!.slice(4, 8))
  const [prompt] = data.inputsOf('What')
  expect(prompt!.shape).toEqual([4, 1])
  expect(text(data, [...(await prompt!.data())])).toBe('what')
  prompt!.dispose()
})

describe("the lesson's text", () => {
  beforeEach(ctx => {
    ctx.skip(!process.env.DL_DATA, 'DL_DATA names no folder with nietzsche')
  })

  const lesson = (name: keyof typeof STEPS) =>
    datasets.nietzsche().then(text => STEPS[name].data(text, { bs: STEPS[name].bs, seed: 42 }))

  it('has its characters under its numbers', async () => {
    const { train, validation } = await datasets.nietzsche()
    const { itos, ids } = indices(train + validation)
    expect(train.length + validation.length).toBe(600_893)
    expect(itos).toHaveLength(85)
    expect(itos.slice(-6).join('')).toBe('zÆäæéë')
    expect([...ids(train.slice(0, 10))]).toEqual([40, 42, 29, 30, 25, 27, 29, 1, 1, 1])
  })

  it.each([
    ['three-char', 200_297, 85, 313, 40],
    ['loop', 600_885, 85, 939, 118],
    ['rnn', 600_885, 85, 939, 118],
    ['multi-output', 75_111, 85, 118, 15],
    ['stateful', 493_747 + 107_148, 56, null, 210],
  ] as const)('%s has %i rows', async (name, rows, vocab, train, validation) => {
    const data = await lesson(name)
    expect([data.rows, data.vocab]).toEqual([rows, vocab])
    expect(data.validation.length).toBe(validation)
    if (train !== null) expect(data.train.length).toBe(train)
    else expect(data.train.nominalLength).toBe(963)
  })
})
