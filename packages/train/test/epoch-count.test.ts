import { epochCount } from '@dl/train'
import { expect, it } from 'vitest'

it.each([
  [3, { cycleLen: 1, cycleMult: 2 }, 7],
  [8, { cycleLen: 4, cycleMult: 1 }, 32],
  [3, { cycleMult: 2 }, 7],
  [4, { cycleLen: 1, cycleMult: 2 }, 15],
  [2, { cycleLen: 3, cycleMult: 1.5 }, 8],
  [5, {}, 5],
  [0, {}, 0],
])('%i cycles with %j are %i epochs', (cycles, options, epochs) => {
  expect(epochCount(cycles, options)).toBe(epochs)
})

it('refuses what is no number of cycles', () => {
  expect(() => epochCount(1.5)).toThrow(
    '1.5 cycles of length 1 growing by 1; expected a whole number',
  )
  expect(() => epochCount(2, { cycleMult: 0.5 })).toThrow(/a growth of at least 1/)
})
