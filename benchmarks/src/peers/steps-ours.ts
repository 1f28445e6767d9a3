/** Training steps of ours, inside `fit`, on the backend that the argument names: `wasm` or `node`. */
import { backendInfo } from '@dl/core'
import { memory, ready, version_core } from '@tensorflow/tfjs-core'
import type { Measurement, Memory, Question, Task } from '../harness/protocol'
import { type GatedFit, gatedFit } from '../nets/gated-fit'
import { type LanguageModelTask, languageModel, type VisionTask, vision } from '../nets/training'
import { serve } from './_serve'

const backends: Record<string, () => Promise<unknown>> = {
  wasm: () => import('@dl/backend-wasm'),
  node: () => import('@dl/backend-node'),
}

await backends[process.argv[2]!]!()
await ready()
const { threads, native } = backendInfo()
const atStart = process.memoryUsage.rss()

interface Started {
  key: string
  fit: GatedFit
  /** Tensors after the first portion. */
  tensors: number
}

let now: Started | null = null

async function start(task: Task, batches: number): Promise<Started> {
  const { op, ...sizes } = task
  const training =
    op === 'vision'
      ? vision(sizes as unknown as VisionTask)
      : languageModel(sizes as unknown as LanguageModelTask)
  const fit = gatedFit(training)
  // the engine compiles, the allocator meets the sizes
  await fit.run(batches)
  return { key: JSON.stringify(task), fit, tensors: memory().numTensors }
}

/** The resident set holds both the WebAssembly memory and JavaScript's. */
const memoryNow = (tensors: number): Memory => ({
  peakBytes: 1024 * process.resourceUsage().maxRSS - atStart,
  tensorsLeft: memory().numTensors - tensors,
})

async function measure({ task, batches = 1 }: Question): Promise<Measurement> {
  if (now?.key !== JSON.stringify(task)) {
    await now?.fit.stop()
    now = null
    now = await start(task, batches)
  }
  const { ms, items, outside } = await now.fit.run(batches)
  const total = items.reduce((sum, one) => sum + one, 0)
  const bs = task.bs as number
  return {
    ms,
    items: total / items.length,
    lengths: items.map(one => one / bs),
    outside,
    memory: memoryNow(now.tensors),
  }
}

await serve({ threads, native, versions: { tfjs: version_core } }, measure)
