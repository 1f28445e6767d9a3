import { Generator } from '@dl/core'
import { bpttLengths } from '@dl/text'
import { describe, expect, it } from 'vitest'

const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0)
const epoch = (bptt: number, seed: number, rows = 7714) =>
  bpttLengths({ rows, bptt, generator: new Generator(seed) })

describe('bpttLengths', () => {
  it.each([
    { rows: 2, bptt: 8, lengths: [1] },
    { rows: 9, bptt: 8, lengths: [8] },
    { rows: 10, bptt: 8, lengths: [8, 1] },
    { rows: 1, bptt: 8, lengths: [] },
  ])('cuts $rows rows by $bptt into $lengths', ({ rows, bptt, lengths }) => {
    expect(bpttLengths({ rows, bptt, lengthStep: 3 })).toEqual(lengths)
  })

  it('covers every row but the last, whatever the sizes', () => {
    const sizes = new Generator(5)
    for (let trial = 0; trial < 200; trial++) {
      const rows = 2 + sizes.int(500)
      const bptt = 1 + sizes.int(80)
      const lengthStep = 1 + sizes.int(16)
      const lengths = bpttLengths({ rows, bptt, lengthStep, generator: new Generator(trial) })
      expect(sum(lengths)).toBe(rows - 1)
      for (const length of lengths.slice(0, -1)) {
        expect(length).toBeGreaterThanOrEqual(Math.min(5, lengthStep))
        expect(length % lengthStep).toBe(0)
      }
      expect(lengths.at(-1)).toBeGreaterThan(0)
    }
  })

  // spec: E = 8.378 and P(5) = 0.360 for bptt 8, E = 67.74 for bptt 70
  it('has the distribution of the rule', () => {
    const short = [...Array(40).keys()].flatMap(seed => epoch(8, seed).slice(0, -1))
    expect(sum(short) / short.length).toBeCloseTo(8.378, 1)
    expect(short.filter(length => length === 5).length / short.length).toBeCloseTo(0.36, 1)
    expect(Math.min(...short)).toBe(5)
    expect(Math.max(...short)).toBeLessThan(36)
    const long = [...Array(40).keys()].flatMap(seed => epoch(70, seed, 20_000).slice(0, -1))
    expect(Math.abs(sum(long) / long.length - 67.74)).toBeLessThan(0.5)
  })

  it('keeps the mean length when it rounds to steps', () => {
    const lengths = [...Array(20).keys()].flatMap(seed =>
      bpttLengths({ rows: 7714, bptt: 70, lengthStep: 16, generator: new Generator(seed) }).slice(
        0,
        -1,
      ),
    )
    expect(Math.abs(sum(lengths) / lengths.length - 67.74)).toBeLessThan(1.5)
    expect(new Set(lengths).size).toBeLessThan(8)
  })

  it('repeats itself from a seed, and stops at maxBatches', () => {
    expect(epoch(8, 3)).toEqual(epoch(8, 3))
    expect(epoch(8, 3)).not.toEqual(epoch(8, 4))
    const capped = bpttLengths({
      rows: 7714,
      bptt: 8,
      generator: new Generator(3),
      maxBatches: 10,
    })
    expect(capped).toEqual(epoch(8, 3).slice(0, 10))
  })
})
