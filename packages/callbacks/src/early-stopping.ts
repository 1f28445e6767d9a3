/** Ends a run that gets no better. */
import { checkOptions } from '@dl/core'
import { checkCount, checkNumber } from './checks'
import { type MonitorOptions, monitored } from './monitor'
import type { Callback } from './protocol'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** How many epochs in a row may bring nothing (default 3). */
  patience?: number
  /** How much better counts as better (default 0: anything). */
  minDelta?: number
}

export interface EarlyStopping extends Callback {
  /** The best epoch so far (from 0) and its value; null before there is one. */
  readonly best: { readonly value: number; readonly epoch: number } | null
}

interface State {
  best: { value: number; epoch: number } | null
  since: number
}

interface Stored extends State {
  options: { monitor: string; mode: string; patience: number; minDelta: number }
}

/**
 * Stops after `patience` epochs in a row without an improvement. A quantity that is NaN is none.
 *
 * @example
 * ```ts
 * import { earlyStopping } from '@dl/callbacks'
 *
 * earlyStopping().name // → earlyStopping
 * const picky = earlyStopping({ monitor: 'accuracy', mode: 'max', patience: 5, minDelta: 0.001 })
 * picky.best // → null
 * ```
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  const known = ['monitor', 'mode', 'patience', 'minDelta'] as const
  const { patience = 3, minDelta = 0 } = checkOptions('earlyStopping', options, known)
  const monitor = monitored('earlyStopping', options)
  checkCount('earlyStopping', 'patience', patience, 1)
  checkNumber('earlyStopping', 'minDelta', minDelta, 'a number of at least 0', delta => delta >= 0)
  const fresh = (): State => ({ best: null, since: 0 })
  let state = fresh()
  let restored = false
  return {
    name: 'earlyStopping',
    get best() {
      return state.best
    },
    onTrainBegin() {
      if (!restored) state = fresh()
      restored = false
    },
    onEpochEnd(ctx) {
      const value = monitor.read(ctx)
      if (monitor.better(value, state.best?.value ?? null, minDelta)) {
        state = { best: { value, epoch: ctx.epoch }, since: 0 }
        return
      }
      state.since++
      if (state.since < patience) return
      const was = state.best ? `: ${state.best.value} in epoch ${state.best.epoch}` : ' yet'
      ctx.stop(`${monitor.name} got no better for ${patience} epochs; its best${was}`)
    },
    state: (): Stored => ({
      ...structuredClone(state),
      options: { ...monitor.options, patience, minDelta },
    }),
    restore(saved) {
      const { best, since, options } = saved as Stored
      // the best of another quantity is none of this one
      state = monitor.isOf(options) ? { best: structuredClone(best), since } : fresh()
      restored = true
    },
  }
}
