import { Generator } from '@dl/core'
import { type SampleOptions, sample } from '@dl/text'
import { expect, it } from 'vitest'

const scores = [Math.log(1), Math.log(2), Math.log(5)]

/** How often each token comes up in 4,000 draws, as parts of the whole. */
function frequencies(options: Parameters<typeof sample>[2]): number[] {
  const generator = new Generator(11)
  const counts = [0, 0, 0]
  for (let i = 0; i < 4000; i++) {
    const id = sample(scores, generator, options)
    counts[id] = counts[id]! + 1
  }
  return counts.map(count => count / 4000)
}

it.each([
  ['as softmax has it', {}, [1 / 8, 2 / 8, 5 / 8]],
  ['sharper when cold', { temperature: 0.5 }, [1 / 30, 4 / 30, 25 / 30]],
  ['without the banned', { banned: new Set([2]) }, [1 / 3, 2 / 3, 0]],
  ['of the two likeliest', { topK: 2 }, [0, 2 / 7, 5 / 7]],
  ['of all, if fewer than topK', { topK: 9 }, [1 / 8, 2 / 8, 5 / 8]],
  ['of the likeliest, if that is enough', { topP: 0.6 }, [0, 0, 1]],
  ['of as few as reach topP', { topP: 0.7 }, [0, 2 / 7, 5 / 7]],
  ['of all where topP needs them', { topP: 0.9 }, [1 / 8, 2 / 8, 5 / 8]],
  ['with topP of what topK left', { topK: 2, topP: 0.71 }, [0, 0, 1]],
  ['with topP after temperature', { temperature: 0.5, topP: 0.8 }, [0, 0, 1]],
  ['the likeliest at temperature 0', { temperature: 0 }, [0, 0, 1]],
  ['all alike at an infinite temperature', { temperature: Infinity }, [1 / 3, 1 / 3, 1 / 3]],
  ['all allowed alike then', { temperature: Infinity, banned: new Set([1]) }, [1 / 2, 0, 1 / 2]],
  ['of the likeliest alike then', { temperature: Infinity, topK: 2 }, [0, 1 / 2, 1 / 2]],
  ['with topK of those allowed', { topK: 1, banned: new Set([2]) }, [0, 1, 0]],
])('draws %s', (_name, options, expected) => {
  frequencies(options).forEach((part, id) => {
    expect(Math.abs(part - expected[id]!)).toBeLessThan(0.025)
  })
})

it('takes the likeliest when greedy, of those allowed', () => {
  const generator = new Generator(0)
  expect(sample(scores, generator, { greedy: true })).toBe(2)
  expect(sample(scores, generator, { greedy: true, banned: new Set([2]) })).toBe(1)
})

it('copes with scores so far apart that most weights vanish', () => {
  expect(sample([-1e9, 0, -1e9], new Generator(1))).toBe(1)
})

it('has exactly topK, of those alike the first', () => {
  const generator = new Generator(3)
  const drawn = new Set(
    Array.from({ length: 200 }, () => sample([1, 1, 1, 1], generator, { topK: 2 })),
  )
  expect(drawn).toEqual(new Set([0, 1]))
})

it.each<[SampleOptions, number[], string]>([
  [{ temperature: -1 }, scores, 'the temperature is -1; expected a number of at least 0.'],
  [{ temperature: Number.NaN }, scores, 'the temperature is NaN; expected a number of at least 0.'],
  [{ topK: 1.5 }, scores, 'topK is 1.5; expected an integer of at least 1.'],
  [{ topP: 0 }, scores, 'topP is 0; expected a number above 0, at most 1.'],
  [
    { banned: new Set([0, 1, 2]) },
    scores,
    'no token is left to choose from; expected a finite score for one at least that is not banned.',
  ],
  [
    {},
    [0, Number.NaN],
    'the scores hold NaN; expected finite numbers. The model has diverged: lower the learning rate, or load an earlier checkpoint.',
  ],
  [{}, [0, Infinity], 'the scores hold Infinity; expected finite numbers.'],
])('refuses %j for %j', (options, from, message) => {
  expect(() => sample(from, new Generator(0), options)).toThrow(message)
})
