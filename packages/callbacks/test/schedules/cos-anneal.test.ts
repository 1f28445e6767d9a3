import { cosAnneal, cosine } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { lrsOf, optimizer, rehearse } from '../rehearsal'

const TEN = [
  0.01, 0.975528, 0.904508, 0.793893, 0.654508, 0.5, 0.345492, 0.206107, 0.095492, 0.024472,
]
const TWENTY = [
  1, 0.993844, 0.975528, 0.945503, 0.904508, 0.853553, 0.793893, 0.726995, 0.654508, 0.578217, 0.5,
  0.421783, 0.345492, 0.273005, 0.206107, 0.146447, 0.095492, 0.054497, 0.024472, 0.006156,
]

test('cosine runs from one value to the other', () => {
  expect([0, 0.25, 0.5, 1].map(cosine(2, 1)).map(v => Number(v.toFixed(6)))).toEqual([
    2, 1.853553, 1.5, 1,
  ])
})

test("the original's numbers, with cycles that end after their last batch", async () => {
  const lo = optimizer(1)
  const { log } = await rehearse([cosAnneal(lo, { cycleMult: 2, warmup: 0.05 })], { epochs: 4, lo })
  expect(lrsOf(log)).toEqual([...TEN, ...TWENTY, 1, 0.998459, ...lrsOf(log).slice(32)])
  expect(log.filter(line => line.startsWith('cycle'))).toEqual([
    'cycle 0 ended at 0:10',
    'cycle 1 ended at 2:10',
  ])
  expect(log.indexOf('cycle 0 ended at 0:10')).toBe(10)
})

test('two warm-up values for 40 batches, 49 for 963, none unless asked', async () => {
  const run = async (batches: number, warmup?: number) => {
    const lo = optimizer(1)
    return lrsOf((await rehearse([cosAnneal(lo, { warmup })], { batches, lo })).log)
  }
  expect((await run(40, 0.05)).slice(0, 5)).toEqual([0.01, 0.01, 0.993844, 0.986185, 0.975528])
  const long = await run(963, 0.05)
  expect(long.filter(lr => lr === 0.01)).toHaveLength(49)
  expect(long[49]).toBe(0.993625)
  expect((await run(10)).slice(0, 2)).toEqual([1, 0.975528])
})

test('epochs of different lengths still hold a cycle each', async () => {
  const lo = optimizer(1)
  const { log } = await rehearse([cosAnneal(lo)], { epochs: 3, batches: e => 3 + e, lo })
  expect(log.filter(line => line.startsWith('cycle'))).toEqual([
    'cycle 0 ended at 0:3',
    'cycle 1 ended at 1:4',
    'cycle 2 ended at 2:5',
  ])
  expect(lrsOf(log)).toEqual([1, 0.75, 0.25, 1, 0.853553, 0.5, 0.146447, ...lrsOf(log).slice(7)])
})

test('an epoch of fewer batches than announced ends its cycle all the same, once', async () => {
  const lo = optimizer(1)
  const { log } = await rehearse([cosAnneal(lo)], { epochs: 2, batches: 3, announced: 4, lo })
  expect(log.filter(line => line.startsWith('cycle'))).toEqual([
    'cycle 0 ended at 0:3',
    'cycle 1 ended at 1:3',
  ])
  const more = await rehearse([cosAnneal(lo)], { batches: 3, announced: 2, lo })
  expect(more.log.filter(line => line.startsWith('cycle'))).toEqual(['cycle 0 ended at 0:2'])
})

test('epochs of unknown length need cycles that are counted in batches', async () => {
  const lo = optimizer(1)
  const stream = { batches: 4, announced: Number.POSITIVE_INFINITY, lo }
  await expect(rehearse([cosAnneal(lo)], stream)).rejects.toThrow(
    'cosAnneal counts epochs, and the loader does not tell how many batches one has; expected a loader with a length. Give it one, or count batches: cycleLen: { batches: 1000 }.',
  )
  const { log } = await rehearse([cosAnneal(lo, { cycleLen: { batches: 2 } })], stream)
  expect(log).toEqual([
    'lr 1',
    'lr 0.5',
    'cycle 0 ended at 0:2',
    'lr 1',
    'lr 0.5',
    'cycle 1 ended at 0:4',
  ])
})

test('counted in batches, cycles drift away from epochs', async () => {
  const lo = optimizer(1)
  const schedule = cosAnneal(lo, { cycleLen: { batches: 12 } })
  const { log } = await rehearse([schedule], { epochs: 3, lo })
  expect(log.filter(line => line.startsWith('cycle'))).toEqual([
    'cycle 0 ended at 1:2',
    'cycle 1 ended at 2:4',
  ])
})

test('a cycle may be a part of an epoch', async () => {
  const lo = optimizer(1)
  const { log } = await rehearse([cosAnneal(lo, { cycleLen: 0.5 })], { lo })
  expect(lrsOf(log).filter(lr => lr === 1)).toHaveLength(2)
  expect(log.filter(line => line.startsWith('cycle'))).toHaveLength(2)
})

test('every group anneals from its own base, towards lrMin, and gets it back', async () => {
  const lo = optimizer(0.1, 0, 1)
  const { log } = await rehearse([cosAnneal(lo, { lrMin: 0.05 })], { batches: 2, lo })
  expect(log.slice(0, 2)).toEqual(['lr 0.1,0,1', 'lr 0.075,0,0.525'])
  expect(lo.lrs).toEqual([0.1, 0, 1])
})

test('the base comes back after an error, too', async () => {
  const lo = optimizer(1)
  const broken = {
    name: 'broken',
    onBatchEnd() {
      throw new Error('out of memory')
    },
  }
  await expect(rehearse([cosAnneal(lo, { warmup: 0.5 }), broken], { lo })).rejects.toThrow('memory')
  expect(lo.lrs).toEqual([1])
})

test('a second run starts from the base', async () => {
  const lo = optimizer(1)
  const schedule = cosAnneal(lo, { cycleMult: 2, warmup: 0.05 })
  const first = await rehearse([schedule], { epochs: 2, lo })
  const second = await rehearse([schedule], { epochs: 2, lo })
  expect(second.log).toEqual(first.log)
})

test.each([
  ['epochs', { cycleMult: 2, warmup: 0.05 }],
  ['batches', { cycleLen: { batches: 7 }, cycleMult: 2 }],
])('a resumed run goes on where it was (cycles in %s)', async (_, options) => {
  const lo = optimizer(1)
  const whole = await rehearse([cosAnneal(lo, options)], { epochs: 4, lo })
  const stopped = cosAnneal(lo, options)
  const first = await rehearse([stopped], { epochs: 2, lo })
  const resumed = cosAnneal(lo, options)
  resumed.restore?.(JSON.parse(JSON.stringify(stopped.state?.())))
  const rest = await rehearse([resumed], { epochs: 4, lo, from: { epoch: 2, step: 20 } })
  expect([...first.log, ...rest.log]).toEqual(whole.log)
})

test('onCycleEnd tells the number of the cycle', async () => {
  const lo = optimizer(1)
  const cycles: number[] = []
  await rehearse([cosAnneal(lo, { onCycleEnd: async cycle => void cycles.push(cycle) })], {
    epochs: 3,
    lo,
  })
  expect(cycles).toEqual([0, 1, 2])
})

test.each([
  [
    { cycleLen: 0 },
    "cosAnneal's cycleLen is 0; expected a number of epochs above 0, or { batches }.",
  ],
  [
    { cycleLen: { batches: 1.5 } },
    "cosAnneal's cycleLen.batches is 1.5; expected an integer of at least 1.",
  ],
  [{ cycleMult: 0.5 }, "cosAnneal's cycleMult is 0.5; expected a number of at least 1."],
  [
    { warmup: 5 },
    "cosAnneal's warmup is 5; expected the part of the first cycle to warm up in, from 0 to below 1.",
  ],
  [{ lrMin: -1 }, "cosAnneal's lrMin is -1; expected a learning rate of at least 0."],
])('%o is refused', (options, message) => {
  expect(() => cosAnneal(optimizer(1), options)).toThrow(message)
})
