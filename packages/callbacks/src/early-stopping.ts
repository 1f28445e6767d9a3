/** Ends a run that gets no better. */
import { badOption } from './bad-option'
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
export function earlyStopping({
  patience = 3,
  minDelta = 0,
  ...options
}: EarlyStoppingOptions = {}): EarlyStopping {
  const monitor = monitored('earlyStopping', options)
  if (!(Number.isInteger(patience) && patience >= 1)) {
    badOption('earlyStopping', `patience is ${patience}`, 'an integer of at least 1')
  }
  if (!(Number.isFinite(minDelta) && minDelta >= 0)) {
    badOption('earlyStopping', `minDelta is ${minDelta}`, 'a number of at least 0')
  }
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
    state: () => structuredClone(state),
    restore(saved) {
      state = structuredClone(saved as State)
      restored = true
    },
  }
}
