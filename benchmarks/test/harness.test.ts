/** What turns measurements into figures. */
import { describe, expect, it } from 'vitest'
import type { Peer } from '../src/harness/peer'
import { type Contestant, type RaceResult, race, rowOf } from '../src/harness/race'
import { withSection } from '../src/harness/results'
import { least, median, medianRatio, most } from '../src/harness/statistics'
import { aligned, markdown, rowCells, targetCells } from '../src/harness/table'
import { completed, TARGETS, verdict } from '../src/harness/targets'

describe('statistics', () => {
  it('takes the middle value', () => {
    expect([[5, 1, 9], [4], [1, 2, 3, 100]].map(median)).toEqual([5, 4, 3])
    expect(median([])).toBeNaN()
  })

  it('takes ratios pair by pair, of pairs that are complete', () => {
    // the second round was slow for both
    expect(medianRatio([1, 10, 2], [2, 20, 5])).toBe(2)
    expect(medianRatio([1, null, 2], [3, 20, null])).toBe(3)
    expect(medianRatio([1], [null])).toBeNull()
  })

  it('passes over what is not known', () => {
    expect([least([null, 3, undefined, 2]), most([null, 3, 2])]).toEqual([2, 3])
    expect([least([null]), most([])]).toEqual([null, null])
  })
})

describe('a race', () => {
  /** A peer that answers from a list; null is an answer that did not come. */
  const peer = (name: string, answers: (number | null)[], items?: number): Peer => {
    const left = [...answers]
    return {
      name,
      hello: { threads: 1, versions: {} },
      async measure() {
        const ms = left.shift() ?? null
        return ms === null ? null : { ms, ...(items !== undefined && { items }) }
      },
      close() {},
    }
  }
  const contestant = (one: Peer, work?: number): Contestant => ({
    name: one.name,
    peer: one,
    question: { task: { op: 'x' } },
    ...(work !== undefined && { work }),
  })
  const limits = { rounds: 3, patienceMs: 1e6, deadline: Number.POSITIVE_INFINITY }

  it('compares equal work', async () => {
    const ours = contestant(peer('ours', [10, 20, 10], 100))
    const result = await race(ours, [contestant(peer('other', [1, 2, 1], 2))], limits)
    expect(result.times.other).toEqual([50, 100, 50])
    const row = rowOf({ name: 'x', flops: 1e7 }, result)
    expect(row).toMatchObject({ ours: { ms: 10, gflops: 1 }, ratio: { other: 5 } })
  })

  it('does not ask again who gave no answer', async () => {
    const result = await race(
      contestant(peer('ours', [10, 10, 10]), 1),
      [contestant(peer('other', [30, null, 30]), 1)],
      limits,
    )
    expect(result.times.other).toEqual([30, null, null])
    expect(rowOf({ name: 'x' }, result).ratio.other).toBe(3)
  })

  it('begins no round after the deadline', async () => {
    const result = await race(contestant(peer('ours', [1, 1, 1])), [], { ...limits, deadline: 0 })
    expect(rowOf({ name: 'x' }, result).ours).toBeNull()
  })
})

describe('targets', () => {
  const target = (key: string) => TARGETS.find(one => one.key === key)!

  it('are met from above or from below', () => {
    expect(verdict(target('P1'), 0.7)).toBe('met')
    expect(verdict(target('P1'), 0.69)).toBe('missed')
    expect(verdict(target('P13'), 0.03)).toBe('met')
    expect(verdict(target('P13'), 0.04)).toBe('missed')
    expect(verdict(target('P1'), null)).toBe('not measured')
  })

  it('are all there for programs', () => {
    const values = completed({ P5: 1.2 })
    expect(values).toMatchObject({ P1: null, P2_tfjs: null, P2_jax: null, P5: 1.2, P15: null })
  })
})

describe('tables', () => {
  const result: RaceResult = {
    ours: [{ ms: 2 }],
    times: { torch: [5], 'tfjs-cpu': [null] },
    last: {},
  }
  const rows = [rowOf({ name: 'one', flops: 4e6 }, result), rowOf({ name: 'the other' }, result)]

  it('align', () => {
    expect(aligned(rowCells(rows))).toMatchInlineSnapshot(`
      "           ours, ms         rate         torch  tfjs-cpu
      one            2.00  2.0 GFLOP/s  5.00 (2.50×)         –
      the other      2.00            –  5.00 (2.50×)         –
      "
    `)
    expect(aligned(targetCells({ P1: 0.75, P3: null }))).toMatchInlineSnapshot(`
      "    target                                                value   goal  verdict
      P1  matMul 1024³ against the roof, all threads            0.750  ≥ 0.7  met
      P3  the slowest transposed product against the plain one      –  ≥ 0.9  not measured
      "
    `)
  })

  it('become Markdown', () => {
    expect(markdown(rowCells(rows))).toMatchInlineSnapshot(`
      "|  | ours, ms | rate | torch | tfjs-cpu |
      | --- | --: | --: | --: | --: |
      | one | 2.00 | 2.0 GFLOP/s | 5.00 (2.50×) | – |
      | the other | 2.00 | – | 5.00 (2.50×) | – |
      "
    `)
  })

  it('take the place of the section of that suite alone', () => {
    const first = withSection('# Results\n\nIntro.\n', 'kernels', 'old')
    const both = withSection(first, 'steps', 'kept')
    expect(withSection(both, 'kernels', 'new')).toMatchInlineSnapshot(`
      "# Results

      Intro.

      ## kernels

      new

      ## steps

      kept
      "
    `)
  })
})
