import type { Callback } from '@dl/callbacks'

/** Times the batches of a run, without validation: an example of a callback of one's own. */
export function stopwatch(): Callback & { msPerBatch(): number } {
  let started = 0
  let elapsed = 0
  let batches = 0
  let before = 0
  return {
    name: 'stopwatch',
    onPhaseBegin({ batch }) {
      before = batch
      started = performance.now()
    },
    onPhaseEnd({ batch }) {
      elapsed += performance.now() - started
      batches += batch - before
    },
    msPerBatch: () => elapsed / batches,
  }
}
