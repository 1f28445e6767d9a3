/** Training steps of tfjs-layers on a backend of tfjs: `wasm` or `cpu`, named by the argument. */
import { dispose, enableProdMode, setBackend, type Tensor, tensor } from '@tensorflow/tfjs-core'
import { type LayersModel, version_layers } from '@tensorflow/tfjs-layers'
import type { Measurement, Question, Task } from '../harness/protocol'
import type { LanguageModelTask, VisionTask } from '../nets/training'
import { languageModel, VOCAB, vision } from './_layers-models'
import { serve } from './_serve'

/** A step this long needs no warm-up. */
const LONG_MS = 2000

const backend = process.argv[2]!
// what users are told to do
enableProdMode()
if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm')
else await import('@tensorflow/tfjs-backend-cpu')
await setBackend(backend)

/** Numbers below `most` in an order that is no order. */
const numbers = (shape: number[], most: number): Tensor => {
  const length = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Float32Array.from({ length }, (_, i) => Math.floor(((i * 0.6180339887) % 1) * most)),
    shape,
  )
}

function batch(task: Task, length: number): [inputs: Tensor, target: Tensor] {
  const bs = task.bs as number
  if (task.op === 'vision') return [numbers([bs, 32, 32, 3], 2), numbers([bs, 1], 10)]
  return [numbers([bs, length], VOCAB), numbers([bs, length, 1], VOCAB)]
}

let now: { key: string; model: LayersModel; warm: boolean } | null = null

async function measure({ task, lengths = [1] }: Question): Promise<Measurement> {
  const key = JSON.stringify(task)
  if (now?.key !== key) {
    now?.model.dispose()
    const model =
      task.op === 'vision'
        ? vision(task as unknown as VisionTask)
        : languageModel(task as unknown as LanguageModelTask)
    now = { key, model, warm: false }
  }
  const [length] = lengths as [number]
  const [inputs, target] = batch(task, length)
  try {
    let ms = await step(now.model, inputs, target)
    if (!now.warm && ms < LONG_MS) ms = await step(now.model, inputs, target)
    now.warm = true
    return { ms, items: (task.bs as number) * length }
  } finally {
    dispose([inputs, target])
  }
}

async function step(model: LayersModel, inputs: Tensor, target: Tensor): Promise<number> {
  const start = performance.now()
  await model.trainOnBatch(inputs, target)
  return performance.now() - start
}

await serve({ threads: 1, versions: { 'tfjs-layers': version_layers } }, measure)
