/** What schedules by PyTorch's rules do beside them: parts of epochs, checkpoints, company. */
import {
  type Callback,
  cosAnneal,
  linearWarmup,
  multiStepLR,
  reduceLROnPlateau,
  stepLR,
} from '@dl/callbacks'
import { expect, test } from 'vitest'
import { lrsOf, optimizer, rehearse } from '../rehearsal'

const round = (values: number[]) => values.map(value => Number(value.toFixed(6)))

test('a step may be a part of an epoch, whatever its length', async () => {
  const lo = optimizer(1)
  const half = stepLR(lo, { stepSize: 0.5, gamma: 0.1 })
  const { log } = await rehearse([half], { epochs: 2, batches: epoch => 4 - 2 * epoch, lo })
  expect(lrsOf(log)).toEqual([1, 1, 0.1, 0.1, 0.01, 0.001])
})

test('a warm-up multiplies the schedule it takes along, whose clock runs from the beginning', async () => {
  const run = async (make: (lo: ReturnType<typeof optimizer>) => Callback) => {
    const lo = optimizer(1, 0.1)
    const { log } = await rehearse([make(lo)], { epochs: 3, batches: 4, lo })
    expect(lo.lrs).toEqual([1, 0.1])
    return log
  }
  const cosine = await run(lo => cosAnneal(lo, { cycleLen: 3 }))
  const warm = await run(lo =>
    linearWarmup(lo, { length: 1, startFactor: 0, schedule: cosAnneal(lo, { cycleLen: 3 }) }),
  )
  const factors = [0, 0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1, 1]
  expect(lrsOf(warm)).toEqual(round(lrsOf(cosine).map((lr, i) => lr * factors[i]!)))
  expect(warm.filter(line => line.startsWith('cycle'))).toEqual(['cycle 0 ended at 2:4'])
})

test('after a warm-up alone the learning rates are left alone', async () => {
  const lo = optimizer(1)
  const hand = { name: 'hand', onEpochBegin: (ctx: { epoch: number }) => ctx.epoch && lo.setLrs(7) }
  const warm = linearWarmup(lo, { length: { batches: 2 }, startFactor: 0.5 })
  const { log } = await rehearse([warm, hand as Callback], { epochs: 2, batches: 3, lo })
  expect(lrsOf(log)).toEqual([0.5, 0.75, 1, 7, 7, 7])
})

const byEpoch = (epoch: number) => ({ valLoss: [4, 3, 3, 3, 2, 2, 2, 2][epoch]! })
test.each<[string, (lo: ReturnType<typeof optimizer>) => Callback]>([
  ['stepLR', lo => stepLR(lo, { stepSize: { batches: 5 }, gamma: 0.5 })],
  ['multiStepLR', lo => multiStepLR(lo, { milestones: [1, 3, 6], gamma: 0.5 })],
  [
    'linearWarmup',
    lo => linearWarmup(lo, { length: 6, schedule: cosAnneal(lo, { cycleLen: 3, cycleMult: 2 }) }),
  ],
  ['reduceLROnPlateau', lo => reduceLROnPlateau(lo, { patience: 0, cooldown: 1, factor: 0.5 })],
])('%s: a resumed run goes on where it was, a second run starts anew', async (_, make) => {
  const lo = optimizer(1, 0.5)
  const schedule = make(lo)
  const options = { batches: 3, lo, validate: byEpoch }
  const whole = await rehearse([schedule], { epochs: 8, ...options })
  expect(await rehearse([schedule], { epochs: 8, ...options })).toEqual(whole)

  for (const epoch of [2, 3, 5]) {
    const stopped = make(lo)
    const first = await rehearse([stopped], { epochs: epoch, ...options })
    const resumed = make(lo)
    resumed.restore?.(JSON.parse(JSON.stringify(stopped.state?.())))
    const from = { epoch, step: 3 * epoch }
    const rest = await rehearse([resumed], { epochs: 8, ...options, from })
    expect([...first.log, ...rest.log]).toEqual(whole.log)
  }
})

test('reduceLROnPlateau needs what it monitors', async () => {
  const lo = optimizer(1)
  await expect(rehearse([reduceLROnPlateau(lo)], { lo })).rejects.toThrow(
    'reduceLROnPlateau monitors "valLoss", which this run does not have; expected one of trnLoss. Give validation data, or monitor: \'trnLoss\'.',
  )
})

test('two schedules of one optimizer are refused, of two optimizers not', async () => {
  const lo = optimizer(1)
  const warm = linearWarmup(lo)
  await expect(rehearse([warm, cosAnneal(lo)], { lo })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DlError: linearWarmup and cosAnneal both set the learning rates of one optimizer; expected one schedule. A warm-up takes the other one along: linearWarmup(lo, { schedule: cosAnneal(lo) }).]`,
  )
  await rehearse([warm, cosAnneal(optimizer(1))], { lo })
})

test('a cycle of less than a batch, or without end, is no endless loop', async () => {
  const lo = optimizer(1)
  await expect(
    rehearse([cosAnneal(lo, { cycleLen: 0.001 })], { lo }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DlError: cosAnneal's cycle is 0.01 of a batch long; expected at least one batch. Give it a larger cycleLen: it counts epochs.]`,
  )
  expect(() => cosAnneal(lo, { cycleLen: 1e-300 })).toThrow("cosAnneal's cycleLen is 1e-300;")
  const { log } = await rehearse([cosAnneal(lo, { cycleLen: 1e9 })], { lo, batches: 2 })
  expect(lrsOf(log)).toEqual([1, 1])
})
