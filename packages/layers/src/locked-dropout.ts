/** Variational dropout (Gal and Ghahramani, 2016), "locked" in AWD-LSTM: one mask for all steps. */
import { DlError, type DropoutOptions, dropout, showShape } from '@dl/core'
import { mul, ones, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkShare } from './checks'
import { Dropout } from './dropout'

/**
 * Zeroes each feature of each sequence at all its steps, with probability `p`, and scales the others
 * by 1 / (1 − p).
 *
 * @param x float32 [time, batch, features]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { lockedDropout } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const x = ones([2, 1, 4]) // time, batch, features
 * const y = lockedDropout(x, 0.5)
 * const values = await y.data()
 * String(values.slice(0, 4)) === String(values.slice(4)) // → true
 * x.dispose()
 * y.dispose()
 * ```
 */
export function lockedDropout(x: Tensor, p: number, options: DropoutOptions = {}): Tensor {
  checkFloat('lockedDropout', x)
  if (x.rank !== 3) {
    throw new DlError('shape-mismatch', {
      problem: `lockedDropout got an input of shape ${showShape(x.shape)}`,
      expected: '[time, batch, features]',
    })
  }
  checkShare('lockedDropout', { p })
  if (options.training === false || p === 0) return dropout(x, p, options)
  const [, batch, features] = x.shape
  return tidy(() => mul(x, dropout(ones([1, batch!, features!]), p, options)))
}

/** {@link lockedDropout} as a layer, which passes everything on in eval mode. */
export class LockedDropout extends Dropout {
  override forward(x: Tensor): Tensor {
    return lockedDropout(x, this.p, { training: this.training })
  }
}
