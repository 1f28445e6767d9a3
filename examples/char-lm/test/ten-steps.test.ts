/** The same losses on every backend, in Node and in a page. */
import { lossRecorder } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { take } from '@dl/data'
import { type Cell, LanguageModelData } from '@dl/text'
import { expect, it } from 'vitest'
import { LR, lesson, lessonField, MIN_FREQ } from '../src/lesson'

const TEXT = 'What if truth were a woman, what then, for those who looked?\n'.repeat(100)

/** What tfjs's CPU backend computed in Node. */
const LOSSES: Record<Cell, number[]> = {
  rnn: [3.20605, 3.09113, 3.07299, 2.95143, 2.91642, 2.91794, 2.90125, 2.80799, 2.83541, 2.81864],
  gru: [3.14814, 3.10586, 3.14802, 3.05499, 3.00523, 3.0306, 2.9957, 2.92574, 2.93755, 2.99615],
  lstm: [3.07865, 3.02425, 3.03022, 2.91046, 2.78903, 2.8155, 2.94233, 2.57065, 2.60551, 2.77001],
}

it.each(['rnn', 'gru', 'lstm'] as const)('ten steps of the %s', async cell => {
  manualSeed(7)
  const data = LanguageModelData.fromTexts({ train: TEXT, validation: TEXT }, lessonField(), {
    bs: 8,
    bptt: 8,
    lengthStep: 8,
    minFreq: MIN_FREQ,
    seed: 7,
  })
  const plan = { cell, hidden: 33, layers: 2, epochs: 1, cycleMult: 1, lr: LR[cell], wd: 1e-5 }
  const run = lesson(data, plan)
  const recorder = lossRecorder()
  const loaders = { train: take(data.train, 10), validation: take(data.validation, 1) }
  await run.train(loaders, { callbacks: [recorder] })
  run.dispose()
  expect(recorder.losses).toHaveLength(10)
  for (const [step, loss] of recorder.losses.entries()) {
    expect(Math.abs(loss - LOSSES[cell][step]!), `step ${step}`).toBeLessThan(2e-3)
  }
})
