/** Trains for many steps and watches memory: `node soak.js '{"kind":"lm","steps":20000}'`. */
import { backendInfo } from '@dl/backend-wasm'
import type { Callback } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { crossEntropy } from '@dl/layers'
import { fit } from '@dl/train'
import { memory, ready } from '@tensorflow/tfjs-core'
import { type Kind, trainings } from '../trainings'

/** The command line. */
export interface Soak {
  kind: Kind
  steps: number
}

export interface Look {
  tensors: number
  wasmBytes: number
  residentBytes: number
  threads: number
}

/** What it prints: looks after a half of the steps, and after all. */
export interface Soaked {
  half: Look
  end: Look
  /** Losses that were not finite. */
  broken: number
}

const { kind, steps } = JSON.parse(process.argv[2]!) as Soak
await ready()
manualSeed(11)
// without averages and schedules, which end with the epochs they were made for
const { model, data, lo } = trainings[kind]()

const look = (): Look => ({
  tensors: memory().numTensors,
  wasmBytes: backendInfo().bytesHeld,
  residentBytes: process.memoryUsage.rss(),
  threads: backendInfo().threadsAlive,
})

let half: Look | null = null
let end: Look | null = null
let broken = 0
const watch: Callback = {
  name: 'watch',
  onBatchEnd(ctx) {
    if (!Number.isFinite(ctx.loss)) broken++
    if (ctx.step === Math.ceil(steps / 2)) half = look()
    if (ctx.step < steps) return
    end = look()
    ctx.stop('enough')
  },
}
await fit(model, { train: data.train }, 1e6, lo, crossEntropy, { callbacks: [watch] })
process.stdout.write(JSON.stringify({ half, end, broken }))
process.exit(0)
