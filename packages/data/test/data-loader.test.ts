import { Generator, manualSeed } from '@dl/core'
import {
  ArrayDataset,
  type Batch,
  type Dataset,
  dataLoader,
  disposeBatch,
  type Example,
  int32,
  type Layout,
  windows,
} from '@dl/data'
import { describe, expect, it } from 'vitest'

/** Item i is i. */
const counting = (length: number): Dataset<Example> => ({
  length,
  get: i => ({ inputs: [int32(i)], target: i / 2 }),
})

async function read(batch: Batch) {
  const tensors = [...batch.inputs, batch.target]
  const read = await Promise.all(
    tensors.map(async tensor => ({
      dtype: tensor.dtype,
      shape: tensor.shape,
      data: [...(await tensor.data())],
    })),
  )
  disposeBatch(batch)
  return { inputs: read.slice(0, -1), target: read.at(-1)!, items: batch.items }
}

async function order(loader: AsyncIterable<Batch>): Promise<number[][]> {
  const batches: number[][] = []
  for await (const batch of loader) {
    const { inputs, target } = await read(batch)
    expect(target.data).toEqual(inputs[0]!.data.map(i => i / 2))
    batches.push(inputs[0]!.data)
  }
  return batches
}

async function first(dataset: Dataset<Example>, layout?: Layout) {
  for await (const batch of dataLoader(dataset, { bs: 2, layout })) return await read(batch)
  return null
}

describe('dataLoader', () => {
  it('batches in order, the last as small as need be, and says how many', async () => {
    const loader = dataLoader(counting(5), { bs: 2 })
    expect(loader.length).toBe(3)
    expect(await order(loader)).toEqual([[0, 1], [2, 3], [4]])
    const whole = dataLoader(counting(5), { bs: 2, dropLast: true })
    expect(whole.length).toBe(2)
    expect(await order(whole)).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(dataLoader(counting(65)).length).toBe(2)
  })

  it('shuffles each epoch anew, every item once, the same from the same seed', async () => {
    const make = (seed?: number) => dataLoader(counting(50), { bs: 8, shuffle: true, seed })
    const [a, b] = [make(3), make(3)]
    const epochs = [await order(a), await order(a)]
    expect(await order(b)).toEqual(epochs[0])
    expect(epochs[1]).not.toEqual(epochs[0])
    for (const epoch of epochs) {
      expect(epoch.flat().sort((x, y) => x - y)).toEqual([...Array(50).keys()])
      expect(epoch.flat()).not.toEqual([...Array(50).keys()])
    }
    expect(await order(make(4))).not.toEqual(epochs[0])
    const generator = new Generator(3)
    generator.next()
    expect(await order(dataLoader(counting(50), { bs: 8, shuffle: true, generator }))).toEqual(
      epochs[0],
    )
    manualSeed(9)
    const byDefault = await order(make())
    manualSeed(9)
    expect(await order(make())).toEqual(byDefault)
  })

  it('serves two iterators at once', async () => {
    const make = () => dataLoader(counting(20), { bs: 3, shuffle: true, seed: 1 })
    const apart = make()
    const expected = [await order(apart), await order(apart)]
    const loader = make()
    expect(await Promise.all([order(loader), order(loader)])).toEqual(expected)
  })

  it('goes on from a stored state', async () => {
    const loader = dataLoader(counting(20), { bs: 4, shuffle: true, seed: 1 })
    await order(loader)
    const resumed = dataLoader(counting(20), { bs: 4, shuffle: true, seed: 2 })
    resumed.restore(JSON.parse(JSON.stringify(loader.state())))
    expect(await order(resumed)).toEqual(await order(loader))
    expect(resumed.state()).toEqual(loader.state())
    expect(dataLoader(counting(2)).state()).toEqual({ epoch: 0 })
    expect(() => loader.restore({ epoch: 0.5 })).toThrow(
      'the stored epoch is 0.5; expected an integer of at least 0, as state() gives it.',
    )
  })

  it('keeps the types of arrays, and takes plain numbers for floats', async () => {
    const mixed = new ArrayDataset({
      inputs: [
        { data: Uint8Array.of(1, 2, 255, 4), shape: [2, 2, 1] },
        [
          [1, 2],
          [3, 4],
        ],
      ],
      target: Int32Array.of(5, 6),
    })
    expect(await first(mixed)).toEqual({
      inputs: [
        { dtype: 'int32', shape: [2, 2, 1], data: [1, 2, 255, 4] },
        { dtype: 'float32', shape: [2, 2], data: [1, 2, 3, 4] },
      ],
      target: { dtype: 'int32', shape: [2], data: [5, 6] },
      items: 2,
    })
  })

  it('lays sequences out by row, time first, or as one input for each step', async () => {
    const ids = windows([0, 1, 2, 3, 4, 5, 6], { size: 3, target: 'shifted' })
    const target = { dtype: 'int32', shape: [2, 3], data: [1, 2, 3, 4, 5, 6] }
    expect(await first(ids, 'rows')).toMatchObject({
      inputs: [{ shape: [2, 3], data: [0, 1, 2, 3, 4, 5] }],
      target,
    })
    expect(await first(ids, 'timeFirst')).toMatchObject({
      inputs: [{ shape: [3, 2], data: [0, 3, 1, 4, 2, 5] }],
      target: { shape: [3, 2], data: [1, 4, 2, 5, 3, 6] },
    })
    expect(await first(ids, 'columns')).toMatchObject({
      inputs: [
        { dtype: 'int32', shape: [2], data: [0, 3] },
        { dtype: 'int32', shape: [2], data: [1, 4] },
        { dtype: 'int32', shape: [2], data: [2, 5] },
      ],
      target,
    })
  })

  it('lays out items of more axes and of none', async () => {
    const pairs: Dataset<Example> = {
      length: 2,
      get: i => ({
        inputs: [
          [
            [i, i + 0.1],
            [i + 0.2, i + 0.3],
            [i + 0.4, i + 0.5],
          ],
          i,
        ],
        target: i,
      }),
    }
    const rounded = async (layout: Layout) =>
      (await first(pairs, layout))!.inputs.map(({ shape, data }) => [
        shape,
        data.map(x => Math.round(10 * x)),
      ])
    expect(await rounded('timeFirst')).toEqual([
      [
        [3, 2, 2],
        [0, 1, 10, 11, 2, 3, 12, 13, 4, 5, 14, 15],
      ],
      [[2], [0, 10]],
    ])
    expect(await rounded('columns')).toEqual([
      [
        [2, 2],
        [0, 1, 10, 11],
      ],
      [
        [2, 2],
        [2, 3, 12, 13],
      ],
      [
        [2, 2],
        [4, 5, 14, 15],
      ],
      [[2], [0, 10]],
    ])
  })

  it('waits for items that come later, and makes what you say of any items', async () => {
    const words = { length: 3, get: async (i: number) => ['to', 'be', 'or'][i]! }
    const loader = dataLoader(words, { bs: 2, collate: items => items.join(' ') })
    const batches: string[] = []
    for await (const batch of loader) batches.push(batch)
    expect(batches).toEqual(['to be', 'or'])
  })
})

describe('bad input', () => {
  const messageOf = async (get: (i: number) => unknown, layout?: Layout) => {
    const dataset = { length: 2, get } as Dataset<Example>
    try {
      await first(dataset, layout)
    } catch (error) {
      return (error as Error).message
    }
    return null
  }

  it.each([
    [{ bs: 0 }, 'bs is 0; expected an integer of at least 1.'],
    [{ bs: 2.5 }, 'bs is 2.5; expected an integer of at least 1.'],
    [
      { bs: 9, dropLast: true },
      '8 items give no whole batch of 9; expected a bs of at most 8, or dropLast: false.',
    ],
    [
      { layout: 'cols' as 'columns' },
      'layout is "cols"; expected one of rows, timeFirst, columns.',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => dataLoader(counting(8), options)).toThrow(message)
  })

  it('a data set without items, or without a length', () => {
    expect(() => dataLoader(counting(0))).toThrow('the dataset has 0 items; expected at least 1.')
    const endless = { get: counting(1).get } as Dataset<Example>
    expect(() => dataLoader(endless)).toThrow('the dataset has undefined items')
    expect(() => dataLoader({} as Dataset<Example>)).toThrow(
      'dataLoader got an empty object; expected a data set: { length, get(index) }',
    )
  })

  it('items that differ: says which, and how', async () => {
    const lengths = await messageOf(i => ({ inputs: [1, [1, 2, 3].slice(i)], target: 0 }))
    expect(lengths).toBe(
      'item 1 has inputs[1] of float32 [2], item 0 has inputs[1] of float32 [3]; expected items of one shape and type. Cut or pad them in get(), or give the loader a collate function.',
    )
    const types = await messageOf(i => ({ inputs: [], target: i ? int32(1) : 1 }))
    expect(types).toMatch('item 1 has the target of int32 [], item 0 has the target of float32 [];')
    const counts = await messageOf(i => ({ inputs: i ? [1] : [1, 2], target: 0 }))
    expect(counts).toMatch('item 1 has 1 inputs, item 0 has 2 inputs;')
  })

  it('names items by their place in the data set, not in the batch', async () => {
    const dataset = windows([...Array(40).keys()], { size: 2, stride: 1 })
    const torn: Dataset<Example> = {
      length: dataset.length,
      get: i => (i === 17 ? { inputs: [int32([1])], target: int32(1) } : dataset.get(i)),
    }
    const loader = dataLoader(torn, { bs: 10, shuffle: true, seed: 0 })
    await expect(async () => {
      for await (const batch of loader) disposeBatch(batch)
    }).rejects.toThrow(/item 17 has inputs\[0\] of int32 \[1\]/)
  })

  it('items that are no examples, or hold no numbers', async () => {
    expect(await messageOf(i => i)).toBe(
      'item 0 is no example; expected { inputs: [one for each argument of the model], target }. Return that from get(), or give the loader a collate function.',
    )
    expect(await messageOf(() => undefined)).toMatch('item 0 is no example')
    expect(await messageOf(i => ({ inputs: [i], target: i ? 'cat' : 0 }))).toMatch(
      'item 1: the target has a String where numbers should be;',
    )
    expect(await messageOf(() => ({ inputs: [[[1, 2], [3]]], target: 0 }))).toBe(
      'item 0: inputs[0] has a row 0 of shape [2] and a row 1 of [1]; expected rows of one shape.',
    )
  })

  it('a get that throws, at once or later', async () => {
    const broken = async (i: number) => {
      if (i === 1) throw new Error('cat.jpg is no image')
      return { inputs: [1], target: 0 }
    }
    expect(await messageOf(broken)).toBe('item 1 could not be made: cat.jpg is no image.')
    expect(
      await messageOf(() => {
        throw 'no'
      }),
    ).toBe('item 0 could not be made: no.')
  })
})
