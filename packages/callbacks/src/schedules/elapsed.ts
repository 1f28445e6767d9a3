/** How much of a run has passed since a schedule began, in exact epochs or in batches. */
import type { TrainContext } from '../protocol'
import type { ClockState } from './clock'

export interface Stopwatch {
  /** Starts here, unless a state was restored. */
  begin(ctx: TrainContext): void
  /** When the batch about to begin does. Of an epoch of unknown length nothing has passed till its end. */
  elapsed(ctx: TrainContext): number
  state(): ClockState
  restore(state: unknown): void
}

export function stopwatch(byBatch: boolean): Stopwatch {
  let origin: ClockState = { epoch: 0, step: 0 }
  let restored = false
  return {
    begin({ epoch, step }) {
      if (!restored) origin = { epoch, step }
      restored = false
    },
    elapsed: ({ epoch, step, batch, batchesInEpoch }) =>
      byBatch
        ? step - origin.step
        : epoch - origin.epoch + (batch === 0 ? 0 : batch / batchesInEpoch),
    state: () => ({ ...origin }),
    restore(state) {
      const { epoch, step } = state as ClockState
      origin = { epoch, step }
      restored = true
    },
  }
}
