/** A run's curve as a CSV, one line for each epoch, that a run may append to after it was cut off. */
import { readFile } from 'node:fs/promises'
import { DlError } from '@dl/core'
import { files } from '@dl/data'

export interface CurveRow {
  epoch: number
  trnLoss: number
  valLoss: number
  /** NaN where the task has none. */
  accuracy: number
  /** Of the epoch's last batch. */
  lr: number
  /** Of training and validation, without those before an interruption. */
  seconds: number
}

const HEADER = 'epoch,trnLoss,valLoss,accuracy,lr,seconds'

export const csvOf = (rows: readonly CurveRow[]): string =>
  `${[HEADER, ...rows.map(lineOf)].join('\n')}\n`

const lineOf = ({ epoch, trnLoss, valLoss, accuracy, lr, seconds }: CurveRow): string =>
  [epoch, trnLoss, valLoss, Number.isNaN(accuracy) ? '' : accuracy, lr, seconds.toFixed(1)].join(
    ',',
  )

/** @throws DlError `bad-curve` for a file with other columns */
export function rowsOf(csv: string, path: string): CurveRow[] {
  const [header, ...lines] = csv.trimEnd().split('\n')
  if (header !== HEADER) {
    throw new DlError('bad-curve', {
      problem: `${path} begins with "${header}"`,
      expected: HEADER,
      fix: 'Move it away, or name another seed.',
    })
  }
  return lines.map(line => {
    const [epoch, trnLoss, valLoss, accuracy, lr, seconds] = line.split(',')
    return {
      epoch: Number(epoch),
      trnLoss: Number(trnLoss),
      valLoss: Number(valLoss),
      accuracy: accuracy ? Number(accuracy) : Number.NaN,
      lr: Number(lr),
      seconds: Number(seconds),
    }
  })
}

/** No rows where there is no file. */
export async function readCurve(path: string): Promise<CurveRow[]> {
  return (await files.exists(path)) ? rowsOf(await readFile(path, 'utf8'), path) : []
}

export const writeCurve = (path: string, rows: readonly CurveRow[]): Promise<void> =>
  files.writeAtomic(path, csvOf(rows))
