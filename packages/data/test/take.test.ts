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

it('makes epochs of a stream that does not end', async () => {
  const stream = (length?: number) => ({ ...counting(9), length })
  const first = take(stream(), 2)
  const seen: number[] = []
  for await (const batch of first) seen.push(batch)
  expect(seen).toEqual([0, 1])
  expect(first.length).toBeUndefined()
  expect(take(stream(Number.POSITIVE_INFINITY), 2).length).toBe(2)
})

it('refuses what is no loader', () => {
  expect(() => take([1, 2] as never, 1)).toThrow('take got [1, 2]; expected a loader')
})

it('refuses a count that is none', () => {
  expect(() => take(counting(3), 0)).toThrow(
    'take got 0 batches; expected an integer of at least 1.',
  )
})
