import { type DataLoader, take } from '@dl/data'
import { expect, it } from 'vitest'

/** Counts up, and notes which batches were made. */
function counting(length: number): DataLoader<number> & { made: number[] } {
  const made: number[] = []
  return {
    length,
    made,
    async *[Symbol.asyncIterator]() {
      for (let i = 0; i < length; i++) {
        made.push(i)
        yield i
      }
    },
  }
}

it('yields the first batches of each epoch and makes no more', async () => {
  const loader = counting(5)
  const first = take(loader, 2)
  for (let epoch = 0; epoch < 2; epoch++) {
    const seen: number[] = []
    for await (const batch of first) seen.push(batch)
    expect(seen).toEqual([0, 1])
  }
  expect(first.length).toBe(2)
  expect(loader.made).toEqual([0, 1, 0, 1])
})

it('yields all where there are fewer', () => {
  expect(take(counting(3), 10).length).toBe(3)
})

it('refuses a count that is none', () => {
  expect(() => take(counting(3), 0)).toThrow(
    'take got 0 batches; expected an integer of at least 1.',
  )
})
