import { type CircularLROptions, circularLR } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { momentumAt } from '../../src/schedules/momentums'
import { slanted, triangle } from '../../src/schedules/triangle'
import { lrsOf, optimizer, probe, rehearse } from '../rehearsal'

const round = (value: number): number => Number(value.toFixed(6))

/** fast.ai 0.7's CircularLR with nb 16, div 4, cut_div 8. */
const SIXTEEN = [
  0.25, 0.625, 1, 0.946429, 0.892857, 0.839286, 0.785714, 0.732143, 0.678571, 0.625, 0.571429,
  0.517857, 0.464286, 0.410714, 0.357143, 0.303571,
]

test.each(SIXTEEN.map((lr, c) => [c, lr]))('16 batches: number %i has %f', (c, lr) => {
  expect(round(slanted(4, triangle(1 / 8)(c / 16)))).toBe(lr)
})

test('a triangle goes from 0 to 1 to 0, and one without a rise only falls', () => {
  expect([0, 0.125, 0.25, 0.625, 1].map(triangle(0.25))).toEqual([0, 0.5, 1, 0.5, 0])
  expect([0, 0.5, 1].map(triangle(0))).toEqual([1, 0.5, 0])
  expect([0, 0.5, 1].map(triangle(1))).toEqual([0, 0.5, 1])
})

test("the original's numbers, cycle after cycle, ended after their last batch", async () => {
  const lo = optimizer(1)
  const { log } = await rehearse([circularLR(lo)], { epochs: 2, batches: 16, lo })
  expect(lrsOf(log)).toEqual([...SIXTEEN, ...SIXTEEN])
  expect(log.filter(line => line.startsWith('cycle'))).toEqual([
    'cycle 0 ended at 0:16',
    'cycle 1 ended at 1:16',
  ])
  expect(lo.lrs).toEqual([1])
})

test('cycles may grow, and groups keep their proportion', async () => {
  const lo = optimizer(0.1, 1)
  const { log } = await rehearse([circularLR(lo, { cycleMult: 2, cutDiv: 2 })], {
    epochs: 3,
    batches: 2,
    lo,
  })
  expect(log.filter(line => line.startsWith('lr'))).toEqual([
    'lr 0.025,0.25',
    'lr 0.1,1',
    'lr 0.025,0.25',
    'lr 0.0625,0.625',
    'lr 0.1,1',
    'lr 0.0625,0.625',
  ])
})

test('counted in batches the peak is on a whole batch, as in the original', async () => {
  const peak = async (options: CircularLROptions) => {
    const lo = optimizer(1)
    const lrs = lrsOf((await rehearse([circularLR(lo, options)], { batches: 963, lo })).log)
    return [lrs.indexOf(Math.max(...lrs)), Math.max(...lrs)]
  }
  expect(await peak({ cycleLen: { batches: 963 } })).toEqual([120, 1])
  expect(await peak({})).toEqual([121, 0.999444])
})

test('a cycle too short for a rise falls from the base, where the original divided by zero', async () => {
  const lo = optimizer(1)
  const schedule = circularLR(lo, { cycleLen: { batches: 3 } })
  expect(lrsOf((await rehearse([schedule], { batches: 4, lo })).log)).toEqual([1, 0.75, 0.5, 1])
})

test('momentum goes the other way, and is back at the end', async () => {
  const lo = optimizer(1)
  const mom = probe(() => lo.mom)
  const schedule = circularLR(lo, { cutDiv: 2, momentums: [0.95, 0.85] })
  await rehearse([schedule, mom.callback], { batches: 4, lo })
  expect(mom.seen).toEqual([0.95, 0.9, 0.85, 0.9])
  expect(lo.mom).toBe(0.9)
})

test('fast.ai looked at momentum one batch later', () => {
  // its formula, with c already advanced: 1 − c/cut on the rise, (c − cut)/(nb − cut) on the fall
  const [nb, cut, max, min] = [16, 2, 0.95, 0.85]
  for (let batch = 0; batch + 1 < nb; batch++) {
    const c = batch + 1
    const pct = c <= cut ? 1 - c / cut : (c - cut) / (nb - cut)
    const ours = momentumAt([max, min], triangle(cut / nb)((batch + 1) / nb))
    expect(ours).toBeCloseTo(min + pct * (max - min), 12)
  }
})

test('a resumed run goes on where it was, and ends with the momentum from before the first', async () => {
  const options: CircularLROptions = { cycleLen: 2, momentums: [0.95, 0.85] }
  const lo = optimizer(1)
  const mom = probe(() => lo.mom)
  const whole = await rehearse([circularLR(lo, options), mom.callback], { epochs: 4, lo })

  const first = circularLR(lo, options)
  let saved = ''
  const saver = {
    name: 'saver',
    onEpochEnd() {
      saved = JSON.stringify({ schedule: first.state?.(), mom: lo.mom })
    },
  }
  const before = await rehearse([first, saver], { epochs: 1, lo })
  const { schedule, mom: atCheckpoint } = JSON.parse(saved)
  const resumed = circularLR(lo, options)
  lo.setMom(atCheckpoint)
  resumed.restore?.(schedule)
  const rest = await rehearse([resumed], { epochs: 4, lo, from: { epoch: 1, step: 10 } })
  expect([...before.log, ...rest.log]).toEqual(whole.log)
  expect(lo.mom).toBe(0.9)
})

test.each([
  [{ div: 0.5 }, "circularLR's div is 0.5; expected a number of at least 1."],
  [{ cutDiv: 0 }, "circularLR's cutDiv is 0; expected a number of at least 1."],
  [
    { cycleLen: -1 },
    "circularLR's cycleLen is -1; expected a number of epochs above 0, or { batches }.",
  ],
  [
    { momentums: [0.9, 1] as const },
    "circularLR's momentums are [0.9, 1]; expected two numbers from 0 to below 1: at the lowest lr, at the highest lr.",
  ],
])('%o is refused', (options, message) => {
  expect(() => circularLR(optimizer(1), options)).toThrow(message)
})

test('momentums need an optimizer that takes them', () => {
  const { setMom: _, ...fixed } = optimizer(1)
  expect(() => circularLR(fixed, { momentums: [0.95, 0.85] })).toThrow(
    "circularLR's optimizer has no setMom; expected one whose momentum can be set, or no momentums.",
  )
})
