/** One run of ours, from the newest checkpoint to its curve, its record and its weights. */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackendInfo } from '@dl/core'
import { fileStorage, saveTensors } from '@dl/data'
import { dispose } from '@tensorflow/tfjs-core'
import { epochsOf, type Run } from './places'
import { checkSame, endOf, type OurRecord, recordOf, settingsOf, writeRecord } from './record'
import { firstEpochs } from './rows'
import { taskOf } from './task'
import { trainRow } from './train-row'

/** Null where it was interrupted. */
export async function runOurs(run: Run, info: BackendInfo): Promise<OurRecord | null> {
  const { row, places, seed, data, quick, say, signal } = run
  const settings = settingsOf(run)
  const record: OurRecord = { ...recordOf(settings, row, info.threads), ...described(info) }
  await checkSame(places.record, settings)
  const task = await taskOf(row, { seed, data, quick, folder: places.folder, say })
  try {
    await writeRecord(places.record, record)
    const rows = await trainRow(row, task, {
      phases: firstEpochs(row.phases, run.epochs),
      curve: places.partial,
      folder: places.folder,
      stream: { isTTY: process.stderr.isTTY, columns: process.stderr.columns, write: say },
      signal,
    })
    if (rows === null) return null
    const last = rows.at(-1)!
    const isWhole = last.epoch + 1 >= epochsOf(row.phases)
    const ttaAccuracy = isWhole ? await task.tta?.() : undefined
    const report = {
      ...record,
      ...endOf(row, last),
      ...(ttaAccuracy !== undefined && { ttaAccuracy }),
    }
    await writeRecord(places.record, report)
    if (isWhole) {
      const weights = task.model.stateDict()
      await saveTensors(join(places.folder, 'model.safetensors'), weights)
      dispose(weights)
      await rename(places.partial, places.curve)
      const storage = fileStorage()
      for (const old of await storage.list(join(places.folder, 'phase-'))) await storage.remove(old)
    }
    return report
  } finally {
    task.model.dispose()
  }
}

const described = ({ backend, native, simd }: BackendInfo) => ({ backend, native, simd })
