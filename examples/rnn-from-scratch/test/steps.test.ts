import { describe, expect, it } from 'vitest'
import { planOf, STEPS } from '../src/steps'

const phases = [
  { lr: 1e-2, epochs: 4 },
  { lr: 1e-3, epochs: 2, sgdr: true },
]

describe('planOf', () => {
  it("is the lesson's where nothing else is asked for", () => {
    expect(planOf(phases, null, null)).toEqual(phases)
    expect(planOf(STEPS.rnn.phases, null, null)).toEqual([
      { lr: 1e-3, epochs: 4 },
      { lr: 1e-4, epochs: 2 },
    ])
  })

  it('cuts the last phases or prolongs the last', () => {
    const epochs = (all: number) => planOf(phases, null, all).map(phase => phase.epochs)
    expect(epochs(3)).toEqual([3])
    expect(epochs(4)).toEqual([4])
    expect(epochs(5)).toEqual([4, 1])
    expect(epochs(9)).toEqual([4, 5])
  })

  it('keeps the proportion of learning rates', () => {
    const [first, second] = planOf(phases, 0.1, null)
    expect(first!.lr).toBeCloseTo(0.1, 12)
    expect(second!.lr).toBeCloseTo(0.01, 12)
    expect(second!.sgdr).toBe(true)
  })
})
