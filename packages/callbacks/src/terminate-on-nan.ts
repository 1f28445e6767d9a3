/** Stops a run whose loss is no longer a number, and says where that happened. */
import { DlError } from '@dl/core'
import type { Callback } from './protocol'

/**
 * Throws a `DlError` with code `nan-loss` after the first batch whose loss is NaN or infinite. The
 * training loop has dropped that batch's step, so the weights are those of the batch before. `fit` of
 * @dl/train does the same by itself, unless told to go on with `skipNaN`.
 *
 * @example
 * ```ts
 * import { callbackList, terminateOnNaN } from '@dl/callbacks'
 *
 * callbackList([terminateOnNaN()]).callbacks.length // → 1
 * ```
 */
export function terminateOnNaN(): Callback {
  return {
    name: 'terminateOnNaN',
    onBatchEnd({ loss, epoch, batch, batchesInEpoch, lr }) {
      if (Number.isFinite(loss)) return
      const of = Number.isFinite(batchesInEpoch) ? ` of ${batchesInEpoch}` : ''
      throw new DlError('nan-loss', {
        problem: `the loss of batch ${batch}${of} in epoch ${epoch} is ${loss} (lr ${lr})`,
        expected: 'a finite number',
        fix: 'Try a lower lr, gradient clipping (clip: 0.25), or a shorter bptt; also look for NaN in the data.',
      })
    },
  }
}
