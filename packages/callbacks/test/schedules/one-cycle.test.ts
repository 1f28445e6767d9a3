import { type OneCycleOptions, oneCycle } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { oneCycleFactor, oneCycleRise } from '../../src/schedules/one-cycle'
import { lrsOf, optimizer, probe, rehearse } from '../rehearsal'

const round = (value: number): number => Number(value.toFixed(6))

/** fast.ai 0.7's CircularLR_beta with nb 20, div 10, pct 10. */
const TWENTY = [
  0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1,
  0.0505,
]

test.each(TWENTY.map((lr, c) => [c, lr]))('20 batches: number %i has %f', (c, lr) => {
  expect(round(oneCycleFactor(c / 20, 0.9, 10))).toBe(lr)
})

test('it ends at a hundredth of where it began; without a tail it ends there', () => {
  expect(round(oneCycleFactor(1, 0.9, 10))).toBe(0.001)
  expect(round(oneCycleFactor(0.999999999, 1, 10))).toBe(0.1)
  expect([0, 0.225, 0.45, 0.675, 0.9, 1].map(p => round(oneCycleRise(p, 0.9)))).toEqual([
    0, 0.5, 1, 0.5, 0, 0,
  ])
})

test('one cycle spans the run unless it is told otherwise', async () => {
  const run = async (options?: OneCycleOptions) => {
    const lo = optimizer(1)
    const { log } = await rehearse([oneCycle(lo, options)], { epochs: 2, lo })
    return [lrsOf(log), log.filter(line => line.startsWith('cycle'))]
  }
  expect(await run()).toEqual([TWENTY, ['cycle 0 ended at 1:10']])
  expect(await run({ cycleLen: { batches: 20 } })).toEqual([TWENTY, ['cycle 0 ended at 1:10']])
  const [lrs, cycles] = await run({ cycleLen: 1 })
  expect(cycles).toEqual(['cycle 0 ended at 0:10', 'cycle 1 ended at 1:10'])
  expect(lrs!.slice(10)).toEqual(lrs!.slice(0, 10))
})

test('counted in batches the halves are whole batches, as in the original', async () => {
  // h = floor(15 · 0.9 / 2) = 6
  const lo = optimizer(1)
  const schedule = oneCycle(lo, { cycleLen: { batches: 15 } })
  const lrs = lrsOf((await rehearse([schedule], { batches: 15, lo })).log)
  expect([lrs[6], lrs[12], lrs[13]]).toEqual([1, 0.1, 0.067])
})

test('momentum falls, rises and stays', async () => {
  const lo = optimizer(1)
  const mom = probe(() => lo.mom)
  await rehearse([oneCycle(lo, { momentums: [0.95, 0.86] }), mom.callback], { batches: 20, lo })
  expect(mom.seen).toEqual([
    0.95, 0.94, 0.93, 0.92, 0.91, 0.9, 0.89, 0.88, 0.87, 0.86, 0.87, 0.88, 0.89, 0.9, 0.91, 0.92,
    0.93, 0.94, 0.95, 0.95,
  ])
  expect(lo.mom).toBe(0.9)
})

test.each([
  ['by default', 0.9, {}, [0.95, 0.894444]],
  ['not of an optimizer without momentum', 0, {}, [0, 0]],
  ['not when told to leave it', 0.9, { momentums: false }, [0.9, 0.9]],
] as const)('momentum %s', async (_, mom, options, expected) => {
  const lo = optimizer(1)
  lo.setMom(mom)
  const seen = probe(() => lo.mom)
  await rehearse([oneCycle(lo, options), seen.callback], { batches: 4, lo })
  expect(seen.seen.slice(0, 2)).toEqual(expected)
  expect(lo.mom).toBe(mom)
})

test.each([
  [{ div: 0 }, "oneCycle's div is 0; expected a number of at least 1."],
  [{ pct: 100 }, "oneCycle's pct is 100; expected percent of the cycle, from 0 to below 100."],
  [
    { cycleLen: 0 },
    "oneCycle's cycleLen is 0; expected a number of epochs above 0, or { batches }.",
  ],
])('%o is refused', (options, message) => {
  expect(() => oneCycle(optimizer(1), options)).toThrow(message)
})
