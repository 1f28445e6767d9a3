/** The weights of the best epoch. fast.ai's namesake maximised whatever metric came first. */
import { checkOptions } from '@dl/core'
import { checkHandler, checkMetadata, checkModel, checkPath } from './checks'
import { type MonitorOptions, monitored } from './monitor'
import type { Callback } from './protocol'
import { type Saveable, saveModel, warnOfOld } from './saveable'

export interface SaveBestModelOptions extends MonitorOptions {
  /** Goes into the file beside epoch, step and metrics. */
  metadata?: Readonly<Record<string, string>>
  /** Called after each time the file is complete. */
  onSaved?(path: string, best: BestEpoch): void | Promise<void>
}

/** Which epoch (from 0) the file holds, and how good that was. */
export interface BestEpoch {
  readonly value: number
  readonly epoch: number
  /** Decides between equal values of another quantity. */
  readonly valLoss?: number
}

interface Stored {
  best: BestEpoch | null
  options: MonitorOptions
}

export interface SaveBestModel extends Callback {
  /** The file. */
  readonly path: string
  /** What the file holds; null before there is one. */
  readonly best: BestEpoch | null
}

/**
 * Writes `<prefix>.safetensors` after each epoch that is better than all before it. Of two equally
 * good ones that with the lower validation loss stays, then the earlier. An epoch whose quantity is
 * NaN is skipped.
 *
 * @example
 * ```ts
 * import { saveBestModel } from '@dl/callbacks'
 *
 * const model = { stateDict: () => ({}) }
 * const saver = saveBestModel(model, 'models/best', { monitor: 'accuracy', mode: 'max' })
 * saver.path // → models/best.safetensors
 * ```
 */
export function saveBestModel(
  model: Saveable,
  prefix: string,
  options: SaveBestModelOptions = {},
): SaveBestModel {
  const known = ['monitor', 'mode', 'metadata', 'onSaved'] as const
  const { metadata = {}, onSaved } = checkOptions('saveBestModel', options, known)
  checkModel('saveBestModel', model, ['stateDict'])
  checkPath('saveBestModel', 'prefix', prefix)
  checkMetadata('saveBestModel', metadata)
  checkHandler('saveBestModel', 'onSaved', onSaved)
  const monitor = monitored('saveBestModel', options)
  const path = `${prefix}.safetensors`
  let best: BestEpoch | null = null
  let restored = false

  const beats = ({ value, valLoss }: BestEpoch): boolean => {
    if (monitor.better(value, best?.value ?? null)) return true
    const tie = value === best?.value
    return tie && (valLoss ?? Number.NaN) < (best?.valLoss ?? Number.NaN)
  }

  return {
    name: 'saveBestModel',
    order: 10,
    path,
    get best() {
      return best
    },
    async onTrainBegin() {
      if (!restored) {
        best = null
        await warnOfOld('saveBestModel', [path])
      }
      restored = false
    },
    async onEpochEnd(ctx) {
      const { epoch, step, smoothLoss: trnLoss, lr, metrics } = ctx
      const { valLoss } = metrics
      const candidate: BestEpoch = {
        value: monitor.read(ctx),
        epoch,
        ...(valLoss === undefined ? {} : { valLoss }),
      }
      if (!beats(candidate)) return
      await saveModel(path, model, { epoch, step, lr, trnLoss, ...metrics, ...metadata })
      best = candidate
      await onSaved?.(path, candidate)
    },
    state: (): Stored => ({ best: best && { ...best }, options: monitor.options }),
    restore(state) {
      const { best: stored, options } = state as Stored
      // the best of another quantity is none of this one
      best = monitor.isOf(options) ? stored : null
      restored = true
    },
  }
}
