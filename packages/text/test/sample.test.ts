import { Generator } from '@dl/core'
import { sample } from '@dl/text'
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
