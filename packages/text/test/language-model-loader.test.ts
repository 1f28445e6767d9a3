import { Generator, manualSeed } from '@dl/core'
import { type Batch, disposeBatch } from '@dl/data'
import { LanguageModelLoader, type LanguageModelLoaderOptions } from '@dl/text'
import { describe, expect, it } from 'vitest'

/** A text whose token at position i is i. */
const counting = (length: number) => Int32Array.from({ length }, (_, i) => i)

interface Rows {
  shape: number[]
  input: number[]
  target: number[]
  items: number
}

async function rowsOf(batch: Batch): Promise<Rows> {
  const [input] = batch.inputs
  const rows = {
    shape: input!.shape,
    input: [...(await input!.data())],
    target: [...(await batch.target.data())],
    items: batch.items,
  }
  expect([input!.dtype, batch.target.dtype, batch.target.shape]).toEqual([
    'int32',
    'int32',
    rows.shape,
  ])
  disposeBatch(batch)
  return rows
}

async function epochOf(loader: AsyncIterable<Batch>): Promise<Rows[]> {
  const epoch: Rows[] = []
  for await (const batch of loader) epoch.push(await rowsOf(batch))
  return epoch
}

describe('LanguageModelLoader', () => {
  it('lays the text out as contiguous streams and shifts the target by one', async () => {
    const loader = new LanguageModelLoader(counting(23), { bs: 3, bptt: 4, train: false })
    expect([loader.rows, loader.droppedTokens, loader.length]).toEqual([7, 2, 2])
    expect(await epochOf(loader)).toEqual([
      {
        shape: [4, 3],
        input: [0, 7, 14, 1, 8, 15, 2, 9, 16, 3, 10, 17],
        target: [1, 8, 15, 2, 9, 16, 3, 10, 17, 4, 11, 18],
        items: 12,
      },
      {
        shape: [2, 3],
        input: [4, 11, 18, 5, 12, 19],
        target: [5, 12, 19, 6, 13, 20],
        items: 6,
      },
    ])
  })

  it('reads every row but the last as input and every row but the first as target, once', async () => {
    const sizes = new Generator(17)
    for (let trial = 0; trial < 60; trial++) {
      const bs = 1 + sizes.int(7)
      const bptt = 1 + sizes.int(30)
      const tokens = 2 * bs + sizes.int(600)
      const options = { bs, bptt, seed: trial, train: trial % 3 > 0, lengthStep: 1 + sizes.int(8) }
      const loader = new LanguageModelLoader(counting(tokens), options)
      const { length } = loader
      const epoch = await epochOf(loader)
      expect(epoch.length).toBe(length)
      const rows = Math.floor(tokens / bs)
      expect(loader.droppedTokens).toBe(tokens - rows * bs)
      const matrix = Array.from(
        { length: rows * bs },
        (_, i) => (i % bs) * rows + (i - (i % bs)) / bs,
      )
      expect(epoch.flatMap(batch => batch.input)).toEqual(matrix.slice(0, -bs))
      expect(epoch.flatMap(batch => batch.target)).toEqual(matrix.slice(bs))
      for (const { shape, items } of epoch) expect(items).toBe(shape[0]! * bs)
    }
  })

  it('gives the same epochs from the same seed, and each epoch other lengths', async () => {
    const make = (seed?: number) =>
      new LanguageModelLoader(counting(2000), { bs: 4, bptt: 20, seed })
    const a = make(1)
    const b = make(1)
    const first = await epochOf(a)
    expect(await epochOf(b)).toEqual(first)
    const second = await epochOf(a)
    expect(second).not.toEqual(first)
    expect(await epochOf(b)).toEqual(second)
    expect(await epochOf(make(2))).not.toEqual(first)

    manualSeed(5)
    const byDefault = await epochOf(make())
    manualSeed(5)
    expect(await epochOf(make())).toEqual(byDefault)
  })

  it('knows each length before the epoch begins, and continues from a stored state', async () => {
    const loader = new LanguageModelLoader(counting(5000), { bs: 2, bptt: 10, seed: 9 })
    const lengths: number[] = []
    for (let epoch = 0; epoch < 4; epoch++) {
      lengths.push(loader.length)
      expect((await epochOf(loader)).length).toBe(lengths[epoch])
    }
    expect(new Set(lengths).size).toBeGreaterThan(1)
    const resumed = new LanguageModelLoader(counting(5000), { bs: 2, bptt: 10, seed: 10 })
    expect(resumed.length).toBeGreaterThan(0)
    resumed.restore(JSON.parse(JSON.stringify(loader.state())))
    expect(resumed.state()).toEqual(loader.state())
    expect(resumed.state().epoch).toBe(4)
    expect(await epochOf(resumed)).toEqual(await epochOf(loader))
    expect(() => resumed.restore({ epoch: -1 })).toThrow('the stored epoch is -1')
  })

  it('serves two iterators at once', async () => {
    const make = () => new LanguageModelLoader(counting(300), { bs: 2, bptt: 10, seed: 4 })
    const apart = make()
    const expected = [await epochOf(apart), await epochOf(apart)]
    const loader = make()
    const iterators = [loader[Symbol.asyncIterator](), loader[Symbol.asyncIterator]()]
    const found: Rows[][] = [[], []]
    for (let going = true; going; ) {
      going = false
      for (const [i, iterator] of iterators.entries()) {
        const { value } = await iterator.next()
        if (!value) continue
        found[i]!.push(await rowsOf(value))
        going = true
      }
    }
    expect(found).toEqual(expected)
  })

  it("gives fast.ai's number of batches with compat, 921 ± 13 of a nominal 963", async () => {
    const options: LanguageModelLoaderOptions = { bs: 64, bptt: 8, seed: 1, compat: 'fastai' }
    const loader = new LanguageModelLoader(counting(493_747), options)
    expect(loader.nominalLength).toBe(963)
    const lengths: number[] = []
    for (let epoch = 0; epoch < 100; epoch++) {
      loader.restore({ epoch })
      lengths.push(loader.length)
    }
    const mean = lengths.reduce((a, b) => a + b, 0) / lengths.length
    const deviation = Math.sqrt(lengths.reduce((a, b) => a + (b - mean) ** 2, 0) / lengths.length)
    expect(Math.abs(mean - 920.8)).toBeLessThan(4) // three standard errors
    expect(Math.abs(deviation - 13)).toBeLessThan(4)
  })

  it('stops at the nominal length with compat, also in validation, and leaves text unread', async () => {
    const options: LanguageModelLoaderOptions = { bs: 1, bptt: 70, seed: 1, compat: 'fastai' }
    const old = new LanguageModelLoader(counting(20_000), { ...options, train: false })
    expect(old.length).toBe(old.nominalLength)
    expect(old.length).toBe(284)
    const epoch = await epochOf(old)
    expect(epoch.length).toBe(284)
    expect(new Set(epoch.map(batch => batch.shape[0])).size).toBeGreaterThan(10)
    expect(epoch.at(-1)!.input.at(-1)).toBeLessThan(19_998)
  })

  it.each([
    [{ bs: 0 }, 'bs is 0; expected an integer of at least 1.'],
    [{ bptt: 0 }, 'bptt is 0; expected an integer of at least 1.'],
    [{ bptt: 2.5 }, 'bptt is 2.5; expected an integer of at least 1.'],
    [{ bs: Number.NaN }, 'bs is NaN; expected an integer of at least 1.'],
    [{ lengthStep: -1 }, 'lengthStep is -1; expected an integer of at least 1.'],
    [
      { bs: 64 },
      'the text has 100 tokens, too few for bs 64 and bptt 70; expected at least 128. Use more text or a smaller bs.',
    ],
    [
      { bs: 1, compat: 'fastai' as const },
      'the text has 100 tokens, too few for bs 1 and bptt 70; expected at least 140. Use more text or a smaller bs.',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => new LanguageModelLoader(counting(100), options)).toThrow(message)
  })

  it('works on the smallest text there can be', async () => {
    const loader = new LanguageModelLoader(counting(4), { bs: 2, bptt: 70, seed: 0 })
    expect(await epochOf(loader)).toEqual([
      { shape: [1, 2], input: [0, 2], target: [1, 3], items: 2 },
    ])
    expect(loader.nominalLength).toBe(1)
  })
})
