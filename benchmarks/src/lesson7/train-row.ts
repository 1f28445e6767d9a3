/** Trains a row phase by phase, from the newest checkpoint on; its curve grows with each epoch. */
import { join } from 'node:path'
import {
  type Callback,
  checkpoint,
  cosAnneal,
  type ProgressOptions,
  progress,
  saveOnCycle,
  terminateOnNaN,
} from '@dl/callbacks'
import { fileStorage } from '@dl/data'
import { LayerOptimizer } from '@dl/optim'
import { fit } from '@dl/train'
import { type CurveRow, readCurve, writeCurve } from './curve'
import type { Phase, Row } from './rows'
import type { Task } from './task'

export interface TrainRowOptions {
  phases: readonly Phase[]
  /** The CSV. */
  curve: string
  /** Where checkpoints go, and the weights at the end of each cycle. */
  folder: string
  stream: ProgressOptions['stream']
  signal: AbortSignal
}

/** Null where it was interrupted. */
export async function trainRow(
  row: Row,
  task: Task,
  { phases, curve, folder, stream, signal }: TrainRowOptions,
): Promise<CurveRow[] | null> {
  let lo: LayerOptimizer | null = null
  const rows = await readCurve(curve)
  let before = 0
  try {
    for (const [i, phase] of phases.entries()) {
      // the first half keeps one optimizer; a Learner's fit begins with a new one
      if (row.kind === 'pictures') lo?.dispose()
      if (lo === null || row.kind === 'pictures') {
        lo = new LayerOptimizer(task.optimizer, task.groups, lrsOf(row, phase), row.wd)
      } else lo.setBaseLrs(phase.lr)
      const path = join(folder, `phase-${i}`)
      const resume = await newest(path)
      const { cycleLen, cycleMult = 1 } = phase
      const cycles = join(folder, `cycles-${i}`)
      const schedule =
        cycleLen === undefined
          ? []
          : [cosAnneal(lo, { cycleLen, cycleMult }), saveOnCycle(task.model, cycles)]
      const { stopped } = await fit(task.model, task.loaders, phase.epochs, lo, task.loss, {
        callbacks: [
          ...schedule,
          terminateOnNaN(),
          progress({ stream }),
          recorder(rows, before, curve),
          checkpoint(path, { everyMinutes: 2, everyEpoch: true }),
        ],
        metrics: task.metrics,
        carryState: task.carryState,
        signal,
        ...(resume && { resume: path }),
      })
      if (stopped !== null) return null
      before += phase.epochs
    }
  } finally {
    lo?.dispose()
  }
  return rows
}

const lrsOf = (row: Row, { lr }: Phase): number | number[] =>
  row.kind === 'pictures' && row.lrParts ? row.lrParts.map(part => part * lr) : lr

/** Whether there is a checkpoint to go on from. */
const newest = async (prefix: string): Promise<boolean> =>
  (await fileStorage().list(`${prefix}_`)).length > 0

/** Puts a line into the curve for each epoch; lines of epochs that are trained anew give way. */
function recorder(rows: CurveRow[], before: number, path: string): Callback {
  let began = 0
  let lr = Number.NaN
  return {
    name: 'curve',
    onTrainBegin({ epoch }) {
      rows.length = Math.min(rows.length, before + epoch)
    },
    onEpochBegin() {
      began = performance.now()
    },
    onBatchBegin(ctx) {
      lr = ctx.lr
    },
    onEpochEnd({ epoch, smoothLoss, metrics }) {
      rows.push({
        epoch: before + epoch,
        trnLoss: smoothLoss,
        valLoss: metrics.valLoss!,
        accuracy: metrics.accuracy ?? Number.NaN,
        lr,
        seconds: (performance.now() - began) / 1000,
      })
      return writeCurve(path, rows)
    },
  }
}
