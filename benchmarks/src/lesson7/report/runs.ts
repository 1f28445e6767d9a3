/** The runs whose curves are committed, finished ones. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { files } from '@dl/data'
import { type CurveRow, readCurve } from '../curve'
import { RUNS } from '../places'
import { type RunRecord, readRecord } from '../record'

export interface CommittedRun {
  record: RunRecord
  curve: CurveRow[]
  /** Whether it is PyTorch's. */
  peer: boolean
}

export async function committedRuns(folder = RUNS): Promise<CommittedRun[]> {
  if (!(await files.exists(folder))) return []
  const names = (await readdir(folder)).filter(name => /-s\d+(-torch)?\.csv$/.test(name)).sort()
  return Promise.all(
    names.map(async name => ({
      record: await readRecord(join(folder, name.replace(/\.csv$/, '.json'))),
      curve: await readCurve(join(folder, name)),
      peer: name.endsWith('-torch.csv'),
    })),
  )
}
