import { cosAnneal, type WeightDecayScheduleOptions, weightDecaySchedule } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { normalized } from '../../src/schedules/weight-decay'
import { optimizer, probe, rehearse } from '../rehearsal'

function decaying(baseLrs: number[], wds: number[]) {
  const lo = Object.assign(optimizer(...baseLrs), {
    wds,
    decoupled: true,
    setWds(next: number | readonly number[]) {
      lo.wds = [next].flat() as number[]
    },
  })
  return lo
}

const run = async (options?: WeightDecayScheduleOptions, epochs = 1) => {
  const lo = decaying([0.5], [0.2])
  const wd = probe(() => lo.wds[0]!)
  const cycles = { cycleLen: 1, cycleMult: 3 }
  const callbacks = [wd.callback, weightDecaySchedule(lo, options), cosAnneal(lo, cycles)]
  await rehearse(callbacks, { epochs, batches: 4, lo })
  expect(lo.wds).toEqual([0.2])
  return wd.seen
}

test.each([
  [0.025, 1, 0.025],
  [0.025, 100, 0.0025],
  [0.1, 10_000, 0.001],
])('%f over a cycle of %i batches is %f a batch', (wd, batches, each) => {
  expect(normalized(wd, batches)).toBeCloseTo(each, 12)
})

test('follows the learning rate, and is divided by the root of the batches of its cycle', async () => {
  const cycles = { cycleLen: 1, cycleMult: 3 }
  // 0.2 / √4 · (1 + cos(π c/4)) / 2, then 0.2 / √12 · (1 + cos(π c/12)) / 2
  expect((await run(cycles, 4)).slice(0, 6)).toEqual([
    0.1, 0.085355, 0.05, 0.014645, 0.057735, 0.056751,
  ])
})

test('each part can be switched off', async () => {
  expect(await run({ norm: false })).toEqual([0.2, 0.170711, 0.1, 0.029289])
  expect(await run({ mult: () => 1 })).toEqual([0.1, 0.1, 0.1, 0.1])
  expect(await run({ mult: () => 1, norm: false })).toEqual([0.2, 0.2, 0.2, 0.2])
})

test('without cycles the run is one', async () => {
  expect((await run({ mult: () => 1 }, 4))[0]).toBe(Number((0.2 / Math.sqrt(16)).toFixed(6)))
})

test("December 2017's decay, without the learning rate: lr · wd is what is taken off", async () => {
  const lo = decaying([0.5], [0.2])
  const taken = probe(() => lo.lrs[0]! * lo.wds[0]!)
  const schedule = weightDecaySchedule(lo, { mult: ({ baseLr }) => 1 / baseLr })
  await rehearse([taken.callback, schedule, cosAnneal(lo)], { batches: 4, lo })
  expect(taken.seen).toEqual([0.1, 0.085355, 0.05, 0.014645])
})

test('each group has its own, also where the first has none', async () => {
  const lo = decaying([0.1, 0, 1], [0, 0.1, 0.2])
  const seen: number[][] = []
  const look = { name: 'look', onBatchBegin: () => void seen.push([...lo.wds]) }
  await rehearse([weightDecaySchedule(lo, { norm: false }), look], { batches: 1, lo })
  expect(seen).toEqual([[0, 0, 0.2]])
})

test('a resumed run decays from what the first one had', async () => {
  const lo = decaying([1], [0.2])
  const first = weightDecaySchedule(lo)
  let saved = ''
  const saver = {
    name: 'saver',
    onEpochEnd() {
      saved = JSON.stringify({ schedule: first.state?.(), wds: lo.wds })
    },
  }
  await rehearse([first, saver], { batches: 4, lo })
  const { schedule, wds } = JSON.parse(saved)
  expect(wds).toEqual([0.1])
  lo.setWds(wds)
  const resumed = weightDecaySchedule(lo, { norm: false })
  resumed.restore?.(schedule)
  const wd = probe(() => lo.wds[0]!)
  await rehearse([resumed, wd.callback], { epochs: 2, lo, from: { epoch: 1, step: 4 } })
  expect(wd.seen[0]).toBe(0.2)
  expect(lo.wds).toEqual([0.2])
})

test('an optimizer whose decay is part of the gradient is refused', () => {
  const lo = Object.assign(decaying([1], [0.1]), { decoupled: false })
  expect(() => weightDecaySchedule(lo)).toThrowErrorMatchingInlineSnapshot(
    `[DlError: weightDecaySchedule's optimizer adds weight decay to the gradient; expected decoupled weight decay. Use adamW, or give the LayerOptimizer { decoupled: true }.]`,
  )
})

test('nothing to schedule is an error', async () => {
  const lo = decaying([1, 1], [0, 0])
  await expect(
    rehearse([weightDecaySchedule(lo)], { lo }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DlError: weightDecaySchedule has nothing to schedule: all weight decays are 0; expected one above 0. Give the LayerOptimizer its fourth argument, wds.]`,
  )
})
