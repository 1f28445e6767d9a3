/** Snapshots: the weights at the end of every cycle, as SGDR's ensembles want them. */
import { checkOptions } from '@dl/core'
import { checkHandler, checkMetadata, checkModel, checkPath } from './checks'
import type { Callback } from './protocol'
import { type Saveable, saveModel, warnOfOld } from './saveable'

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
 * appears complete or not at all. A run that comes to its end without a cycle that ended is warned of.
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
  options: SaveOnCycleOptions = {},
): SaveOnCycle {
  const known = ['metadata', 'onSaved'] as const
  const { metadata = {}, onSaved } = checkOptions('saveOnCycle', options, known)
  checkModel('saveOnCycle', model, ['stateDict'])
  checkPath('saveOnCycle', 'prefix', prefix)
  checkMetadata('saveOnCycle', metadata)
  checkHandler('saveOnCycle', 'onSaved', onSaved)
  let saved: string[] = []
  let restored = false
  return {
    name: 'saveOnCycle',
    order: 10,
    get saved() {
      return saved
    },
    async onTrainBegin() {
      if (!restored) {
        saved = []
        await warnOfOld('saveOnCycle', [`${prefix}_0.safetensors`, `${prefix}_1.safetensors`])
      }
      restored = false
    },
    async onCycleEnd(ctx, cycle) {
      const path = `${prefix}_${cycle}.safetensors`
      const { epoch, step, loss, smoothLoss, lr } = ctx
      await saveModel(path, model, { cycle, epoch, step, loss, smoothLoss, lr, ...metadata })
      saved.push(path)
      await onSaved?.(path, cycle)
    },
    onTrainEnd({ epoch, epochs }) {
      if (saved.length > 0 || epoch < epochs || epochs === 0) return
      console.warn(
        `@dl/callbacks: saveOnCycle wrote nothing to ${prefix}_0.safetensors: no cycle ended in ${epochs} epochs. Add a schedule with cycles that fit, such as cosAnneal(lo, { cycleLen: 1 }), or use saveBestModel.`,
      )
    },
    state: () => [...saved],
    restore(state) {
      saved = [...(state as string[])]
      restored = true
    },
  }
}
