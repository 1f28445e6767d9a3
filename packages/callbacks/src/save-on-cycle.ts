/** Snapshots: the weights at the end of every cycle, as SGDR's ensembles want them. */
import { saveTensors } from '@dl/data'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Callback, TrainContext } from './protocol'

/** What can be saved. The tensors are the caller's to dispose, as with a Module's `stateDict`. */
export interface Saveable {
  stateDict(): Record<string, Tensor> | Promise<Record<string, Tensor>>
}

export interface SaveOnCycleOptions {
  /** Goes into each file beside epoch, step, losses and learning rate. */
  metadata?: Readonly<Record<string, string>>
  /** Called after each file is complete. */
  onSaved?(path: string, cycle: number): void | Promise<void>
}

export interface SaveOnCycle extends Callback {
  /** The files of this run, oldest first. */
  readonly saved: readonly string[]
}

/**
 * Writes `<prefix>_<cycle>.safetensors` when a schedule such as `cosAnneal` ends a cycle. A file
 * appears complete or not at all.
 *
 * @example
 * ```ts
 * import { saveOnCycle } from '@dl/callbacks'
 *
 * const model = { stateDict: () => ({}) }
 * const saver = saveOnCycle(model, 'models/cyc') // models/cyc_0.safetensors, models/cyc_1.safetensors, …
 * saver.saved.length // → 0
 * ```
 */
export function saveOnCycle(
  model: Saveable,
  prefix: string,
  { metadata = {}, onSaved }: SaveOnCycleOptions = {},
): SaveOnCycle {
  let saved: string[] = []
  let restored = false
  return {
    name: 'saveOnCycle',
    order: 10,
    get saved() {
      return saved
    },
    onTrainBegin() {
      if (!restored) saved = []
      restored = false
    },
    async onCycleEnd(ctx, cycle) {
      const path = `${prefix}_${cycle}.safetensors`
      const tensors = await model.stateDict()
      try {
        await saveTensors(path, tensors, { ...describe(ctx, cycle), ...metadata })
      } finally {
        for (const tensor of Object.values(tensors)) tensor.dispose()
      }
      saved.push(path)
      await onSaved?.(path, cycle)
    },
    state: () => [...saved],
    restore(state) {
      saved = [...(state as string[])]
      restored = true
    },
  }
}

/** safetensors keeps text only. */
const describe = ({ epoch, step, loss, smoothLoss, lr }: TrainContext, cycle: number) => ({
  cycle: String(cycle),
  epoch: String(epoch),
  step: String(step),
  loss: String(loss),
  smoothLoss: String(smoothLoss),
  lr: String(lr),
})
