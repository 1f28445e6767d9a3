import { steepest, valley } from '@dl/callbacks'
import { expect, test } from 'vitest'

const lrs = Array.from({ length: 61 }, (_, i) => 10 ** (-5 + i / 10))

/** Flat, then a fall along a sigmoid around 10^middle, then a steep rise from 10^end on. */
const curve = (middle: number, end: number) =>
  lrs.map(lr => {
    const x = Math.log10(lr)
    return 4 - 2 / (1 + Math.exp(-4 * (x - middle))) + Math.max(0, 3 * (x - end))
  })

test('steepest is in the middle of the fall', () => {
  expect(steepest(lrs, curve(-2, 0))).toBeCloseTo(10 ** -2, 2)
  expect(steepest(lrs, curve(-3, 0))).toBeCloseTo(10 ** -3, 3)
})

test('a jolt of noise wins over one step, not over six', () => {
  const noisy = curve(-2, 0)
  noisy[38] = noisy[38]! + 0.5
  expect(steepest(lrs, noisy)).toBe(lrs[38])
  expect(Math.log10(steepest(lrs, noisy, 6)!)).toBeCloseTo(-2, 0)
})

test('steepest is not where a loss that has flown comes down again', () => {
  const flown = curve(-2, 0).map((loss, i) => (i > 44 ? 12 - (i - 44) / 2 : loss))
  expect(steepest(lrs, flown, 6)).toBe(steepest(lrs, curve(-2, 0), 6))
})

test('steepest passes over the first fall of a net that begins badly', () => {
  const early = lrs.map(lr => 3 / (1 + Math.exp(4 * (Math.log10(lr) + 4.5))))
  const losses = curve(-2, 0).map((loss, i) => loss + early[i]!)
  expect(Math.log10(steepest(lrs, losses, 6)!)).toBeCloseTo(-2, 0)
})

test('valley is halfway down', () => {
  const found = valley(lrs, curve(-2, 0))!
  expect(found).toBeGreaterThan(10 ** -3.5)
  expect(found).toBeLessThan(10 ** -1.5)
})

test('valley, by hand: the longest fall has 6 points from index 1, a third and half a third on', () => {
  // start = end − length = 0, sections = 2: index 0 + 2 + 1
  expect(valley([1, 2, 3, 4, 5, 6, 7], [1, 9, 8, 7, 6, 5, 4])).toBe(4)
})

test('a bump does not end a valley', () => {
  const losses = [5, 4.9, 4.5, 4.6, 4, 3.5, 3, 2.5, 2.2, 6]
  const smooth = losses.with(3, 4.3)
  const xs = losses.map((_, i) => 10 ** (i - 5))
  expect(valley(xs, losses)).toBe(valley(xs, smooth))
})

test('agrees with the quadratic search of the original', () => {
  /** fastai's valley, line by line. */
  const original = (losses: readonly number[]) => {
    const lds = losses.map(() => 1)
    let [start, end] = [0, 0]
    for (let i = 1; i < losses.length; i++) {
      for (let j = 0; j < i; j++) {
        if (losses[i]! < losses[j]! && lds[i]! < lds[j]! + 1) lds[i] = lds[j]! + 1
        if (lds[end]! < lds[i]!) {
          end = i
          start = end - lds[end]!
        }
      }
    }
    const third = (end - start) / 3
    return start + Math.floor(third) + Math.floor(third / 2)
  }
  for (let seed = 1; seed <= 50; seed++) {
    const losses = Array.from(
      { length: 40 },
      (_, i) => Math.sin(seed * i * i) - i / (4 + (seed % 7)),
    )
    const indices = losses.map((_, i) => i)
    expect(valley(indices, losses)).toBe(original(losses))
  }
})

test.each([
  ['nothing', []],
  ['one point', [1]],
  ['a curve that only rises', [1, 2, 3]],
  ['a flat one', [1, 1, 1]],
])('%s suggests nothing', (_, losses) => {
  expect(valley([1, 2, 3], losses)).toBeNull()
  expect(steepest([1, 2, 3], losses)).toBeNull()
})
