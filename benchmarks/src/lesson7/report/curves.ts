/** A row's curves as a picture: each seed of ours, PyTorch's fainter behind. */
import { lineChartSvg, type Series } from '@dl/callbacks'
import { ROWS, type RowName } from '../rows'
import type { CommittedRun } from './runs'

/** Null where nothing is committed. */
export function curvesOf(name: RowName, runs: readonly CommittedRun[]): string | null {
  const own = runs.filter(({ record }) => record.row === name)
  if (own.length === 0) return null
  const { measure } = ROWS[name]
  const series = own.map(({ record, curve, peer }): Series => {
    const label = `${peer ? 'PyTorch' : 'ours'}, seed ${record.seed}`
    const y = curve.map(row => row[measure])
    return { label, y, color: peer ? 1 : 0, style: peer ? 'faint' : 'line' }
  })
  const yLabel = measure === 'valLoss' ? 'validation loss' : 'accuracy'
  return lineChartSvg(series, { title: name, xLabel: 'epoch', yLabel })
}
