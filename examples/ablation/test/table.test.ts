import { expect, it } from 'vitest'
import { rowsOf, spreadOf, table } from '../src/table'

it('measures spread over seeds, without the bias of few', () => {
  expect(spreadOf([1, 2, 3])).toEqual({ mean: 2, std: 1 })
  expect(spreadOf([5])).toEqual({ mean: 5, std: 0 })
})

it('tells a clear difference from luck', () => {
  const rows = rowsOf([
    { variant: 'everything', accuracies: [0.9, 0.92, 0.91], losses: [0.3, 0.28, 0.29] },
    { variant: 'without batch norm', accuracies: [0.7, 0.72, 0.74], losses: [0.8, 0.9, 1] },
    { variant: 'without dropout', accuracies: [0.9, 0.93, 0.91], losses: [0.3, 0.3, 0.3] },
  ])
  expect(rows[1]!.difference).toBeCloseTo(-0.19, 10)
  expect(rows[1]!.errors).toBeCloseTo(0.19 / Math.sqrt((0.02 ** 2 + 0.01 ** 2) / 3), 6)
  expect(table(rows)).toMatchInlineSnapshot(`
    "                    accuracy       val_loss       difference
    everything          0.910 ± 0.010  0.290 ± 0.010
    without batch norm  0.720 ± 0.020  0.900 ± 0.100  −0.190      14.7 standard errors
    without dropout     0.913 ± 0.015  0.300 ± 0.000  +0.003      may be luck"
  `)
})
