import { ArrayDataset, dataLoader, disposeBatch, randomSplit, subset } from '@dl/data'
import { describe, expect, it } from 'vitest'

const squares = { length: 100, get: (i: number) => i * i }
const all = (dataset: { length: number; get(i: number): unknown }) =>
  Array.from({ length: dataset.length }, (_, i) => dataset.get(i))

describe('subset', () => {
  it('has the items named, in order, twice if named twice', () => {
    expect(all(subset(squares, Int32Array.of(3, 1, 3)))).toEqual([9, 1, 9])
  })

  it('refuses what is not there', () => {
    expect(() => subset(squares, [0, 100])).toThrow(
      'there is no item 100; expected an integer from 0 to 99.',
    )
    expect(() => subset(squares, [4]).get(1)).toThrow('there is no item 1')
    expect(() => subset(squares, []).get(0)).toThrow('there is no item 0')
  })
})

describe('randomSplit', () => {
  it('puts every item into one part, at random, the same from a seed', () => {
    const [train, validation] = randomSplit(squares, 0.29, 1)
    expect([train.length, validation.length]).toEqual([71, 29])
    expect(new Set([...all(train), ...all(validation)]).size).toBe(100)
    expect(all(validation)).not.toEqual(all(subset(squares, [...Array(29).keys()])))
    expect(all(randomSplit(squares, 0.29, 1)[0])).toEqual(all(train))
    expect(all(randomSplit(squares, 0.29, 2)[0])).not.toEqual(all(train))
  })

  it('holds out as many rows as the lesson, 120,176 of 600,884', () => {
    const rows = { length: 600_884, get: (i: number) => i }
    expect(randomSplit(rows, 0.2, 42)[1].length).toBe(120_176)
  })

  it.each([0, 1, -0.2, 20, Number.NaN, 0.001])('refuses %s', heldOut => {
    expect(() => randomSplit(squares, heldOut, 1)).toThrow(
      `randomSplit got ${heldOut} of 100 items; expected a number between 0 and 1 that leaves both parts an item.`,
    )
  })

  it('keeps the kind of the items, so that a loader takes the parts', async () => {
    const pairs = new ArrayDataset({ inputs: [[1, 2, 3, 4]], target: [1, 2, 3, 4] })
    const [train] = randomSplit(pairs, 0.25, 1)
    for await (const batch of dataLoader(train)) {
      expect(batch.target.shape).toEqual([3])
      disposeBatch(batch)
    }
  })
})
