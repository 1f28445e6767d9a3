/**
 * A training that is killed and goes on: `node resumable.js '{"kind":"lm","folder":"…","epochs":2}'`. It saves
 * after every step, leaves its step and phase in the file `phase`, and prints its curve at the end.
 */
import '@dl/backend-wasm'
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Callback, checkpoint, lossRecorder } from '@dl/callbacks'
import { backendInfo, manualSeed } from '@dl/core'
import { fileStorage } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { fit } from '@dl/train'
import { dispose, ready } from '@tensorflow/tfjs-core'
import { type Kind, trainings } from '../trainings'

/** The command line. */
export interface Resumable {
  kind: Kind
  folder: string
  epochs: number
}

/** What it prints. */
export interface Curve {
  losses: readonly number[]
  history: readonly object[]
  /** A sum over weights, averages and running statistics. */
  weights: string
  resumedAt: number | null
  native: string | null
  threads: number
}

const { kind, folder, epochs } = JSON.parse(process.argv[2]!) as Resumable
const phases = openSync(join(folder, 'phase'), 'w')
let step = 0
const mark = (phase: string) => writeSync(phases, `${step} ${phase}`.padEnd(24), 0)
mark('starting')

/** Marks what comes before and after the checkpoint of each step. */
const around = (order: number, phase: string): Callback => ({
  name: phase,
  order,
  onBatchEnd(ctx) {
    step = ctx.step
    mark(phase)
  },
})

await ready()
const own = fileStorage()
const path = join(folder, 'run')
const goesOn = (await own.list(`${path}_`)).length > 0
// what is not restored shows
manualSeed(goesOn ? 12 : 11)
const { model, data, lo, callbacks } = trainings[kind]()
const storage = {
  ...own,
  async write(path: string, bytes: Uint8Array) {
    mark('writing')
    await own.write(path, bytes)
    mark('saving')
  },
}
const recorder = lossRecorder()
const { history, resumed } = await fit(model, data, epochs, lo, crossEntropy, {
  callbacks: [
    ...callbacks,
    recorder,
    around(999, 'saving'),
    checkpoint(path, { everySteps: 1, storage, keepLast: 2 }),
    around(1001, 'training'),
  ],
  ...(goesOn && { resume: { path, storage } }),
})
mark('ending')
const sum = createHash('sha256')
const tensors = model.stateDict()
for (const tensor of Object.values(tensors))
  sum.update(new Uint8Array((await tensor.data()).buffer))
dispose(tensors)
const { native, threads } = backendInfo()
const curve: Curve = {
  losses: recorder.losses,
  history,
  weights: sum.digest('hex'),
  resumedAt: resumed?.step ?? null,
  native,
  threads,
}
process.stdout.write(JSON.stringify(curve))
process.exit(0)
