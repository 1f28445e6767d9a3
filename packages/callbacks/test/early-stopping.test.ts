import { type EarlyStoppingOptions, earlyStopping } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { rehearse } from './rehearsal'

/** How many epochs a run with these validation losses has, and why it ended. */
async function run(valLosses: readonly number[], options?: EarlyStoppingOptions) {
  const stopping = earlyStopping(options)
  let epochs = 0
  const count = { name: 'count', onEpochEnd: () => void epochs++ }
  const { reason } = await rehearse([stopping, count], {
    epochs: valLosses.length,
    batches: 1,
    validate: epoch => ({ valLoss: valLosses[epoch]! }),
  })
  return { epochs, reason, best: stopping.best }
}

test('stops after patience epochs without an improvement', async () => {
  expect(await run([3, 2, 2.5, 2.4, 2.3, 1])).toEqual({
    epochs: 5,
    reason: 'valLoss got no better for 3 epochs; its best: 2 in epoch 1',
    best: { value: 2, epoch: 1 },
  })
  expect((await run([3, 2, 2, 1], { patience: 1 })).epochs).toBe(3)
})

test('an improvement starts the count anew; a small one counts for nothing', async () => {
  const losses = [3, 3.1, 2.95, 3.1, 2.9, 3, 2.85]
  expect(await run(losses, { patience: 2 })).toMatchObject({ epochs: 7, reason: null })
  expect(await run(losses, { patience: 2, minDelta: 0.1 })).toMatchObject({ epochs: 3 })
})

test('NaN is no improvement, and neither is a run of them', async () => {
  const { NaN: nan } = Number
  expect(await run([nan, 2, nan, nan], { patience: 2 })).toMatchObject({ epochs: 4 })
  expect((await run([nan, nan, 1], { patience: 2 })).reason).toBe(
    'valLoss got no better for 2 epochs; its best yet',
  )
})

test('a second run starts afresh, a resumed one does not', async () => {
  const validate = () => ({ valLoss: 2 })
  const stopping = earlyStopping({ patience: 3 })
  await rehearse([stopping], { epochs: 3, batches: 1, validate })
  expect(await rehearse([stopping], { epochs: 3, batches: 1, validate })).toMatchObject({
    reason: null,
  })
  const resumed = earlyStopping({ patience: 3 })
  resumed.restore?.(JSON.parse(JSON.stringify(stopping.state?.())))
  const from = { epoch: 3, step: 3 }
  expect(await rehearse([resumed], { epochs: 9, batches: 1, validate, from })).toMatchObject({
    reason: 'valLoss got no better for 3 epochs; its best: 2 in epoch 0',
  })
})

test('without validation it says what there is', async () => {
  await expect(rehearse([earlyStopping()])).rejects.toMatchObject({ code: 'unknown-metric' })
  const { reason } = await rehearse([earlyStopping({ monitor: 'trnLoss' })], {
    epochs: 4,
    loss: step => step,
  })
  expect(reason).toMatch(/^trnLoss got no better for 3 epochs; its best: \d\.\d+ in epoch 0$/)
})

test.each([
  [{ patience: 0 }, "earlyStopping's patience is 0; expected an integer of at least 1."],
  [{ minDelta: -1 }, "earlyStopping's minDelta is -1; expected a number of at least 0."],
])('%o is refused', (options, message) => {
  expect(() => earlyStopping(options)).toThrow(message)
})
