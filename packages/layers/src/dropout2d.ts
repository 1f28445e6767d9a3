import { type DropoutOptions, dropout } from '@dl/core'
import { mul, ones, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkMaps, checkShare } from './checks'
import { Dropout } from './dropout'

/**
 * Zeroes whole channels of maps with probability `p` and scales the others by 1 / (1 − p) (Tompson et
 * al., 2015): neighbouring pixels tell much the same, so dropping single ones drops little.
 *
 * @param x float32 [N, H, W, C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { dropout2d } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const x = ones([1, 2, 2, 3])
 * const y = dropout2d(x, 1)
 * Math.max(...(await y.data())) // → 0
 * x.dispose()
 * y.dispose()
 * ```
 */
export function dropout2d(x: Tensor, p: number, options: DropoutOptions = {}): Tensor {
  checkMaps('dropout2d', x)
  checkFloat('dropout2d', x)
  checkShare('dropout2d', { p })
  if (options.training === false || p === 0) return dropout(x, p, options)
  const [items, , , channels] = x.shape
  return tidy(() => mul(x, dropout(ones([items!, 1, 1, channels!]), p, options)))
}

/** {@link dropout2d} as a layer, which passes everything on in eval mode. */
export class Dropout2d extends Dropout {
  override forward(x: Tensor): Tensor {
    return dropout2d(x, this.p, { training: this.training })
  }
}
