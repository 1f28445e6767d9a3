/** The short form of every trial, with a fixed seed; `npm run trust` draws one. */
import { describe, expect, it } from 'vitest'
import { runTrial } from '../src/run-trial'
import { trials } from '../src/trials'

describe('trust', () => {
  it('has trials of different names', () => {
    expect(new Set(trials.map(({ name }) => name)).size).toBe(trials.length)
  })

  for (const trial of trials) {
    it(`${trial.name}: ${trial.claim}`, async () => {
      const { tried, failed, skipped } = await runTrial(trial, trial.short, 42)
      expect(failed).toEqual([])
      expect(tried > 0 || skipped !== undefined).toBe(true)
    })
  }
})
