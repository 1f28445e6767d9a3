import { cosAnneal, lossRecorder, oneCycle } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { optimizer, rehearse } from './rehearsal'

test('losses, smoothed losses and rates by batch, rows by epoch', async () => {
  const lo = optimizer(0.1)
  const recorder = lossRecorder()
  await rehearse([cosAnneal(lo), recorder], {
    epochs: 2,
    batches: 2,
    lo,
    loss: step => 4 - step,
    validate: epoch => ({ valLoss: 2 - epoch, accuracy: 0.5 }),
  })
  expect(recorder.losses).toEqual([4, 3, 2, 1])
  expect(recorder.smoothLosses.map(v => Number(v.toFixed(6)))).toEqual([
    4, 3.494949, 2.986532, 2.47475,
  ])
  expect(recorder.lrs).toEqual([0.1, 0.05, 0.1, 0.05])
  expect(recorder.cycles).toEqual([2, 4])
  expect(recorder.epochs).toEqual([
    { epoch: 0, step: 2, trnLoss: recorder.smoothLosses[1], valLoss: 2, accuracy: 0.5 },
    { epoch: 1, step: 4, trnLoss: recorder.smoothLosses[3], valLoss: 1, accuracy: 0.5 },
  ])
})

test('a new run starts with empty arrays, a resumed one continues', async () => {
  const recorder = lossRecorder()
  await rehearse([recorder], { batches: 3, loss: step => (step === 1 ? Number.NaN : step) })
  const resumed = lossRecorder()
  resumed.restore?.(JSON.parse(JSON.stringify(recorder.state?.())))
  await rehearse([resumed], { batches: 1, loss: () => 9 })
  expect(resumed.losses).toEqual([0, Number.NaN, 2, 9])
  expect(resumed.epochs).toHaveLength(2)
  await rehearse([resumed], { batches: 1, loss: () => 9 })
  expect(resumed.losses).toEqual([9])
})

test('a state is a copy', async () => {
  const recorder = lossRecorder()
  const before = recorder.state?.()
  await rehearse([recorder], { batches: 1 })
  expect(before).toEqual({
    losses: [],
    smoothLosses: [],
    lrs: [],
    moms: [],
    epochs: [],
    cycles: [],
  })
})

test('momentum is recorded of the optimizer that is given', async () => {
  const lo = optimizer(1)
  const recorder = lossRecorder({ optimizer: lo })
  await rehearse([oneCycle(lo), recorder, { name: 'look' }], { batches: 3, lo })
  expect(recorder.moms).toHaveLength(3)
  expect(recorder.moms[0]).toBe(0.95)
  const without = lossRecorder()
  await rehearse([without], { lo })
  expect(without.moms).toEqual([])
})
