import { dropout } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkShare, checkTensor } from './checks'
import { Module } from './module'

/**
 * Zeroes elements at random while training and scales the rest; passes everything on in eval mode.
 *
 * @example
 * ```ts
 * import { Dropout } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const layer = new Dropout(0.5).eval()
 * const x = ones([3])
 * const y = layer.call(x)
 * String(await y.data()) // → 1,1,1
 * x.dispose()
 * y.dispose()
 * ```
 */
export class Dropout extends Module {
  /** @param p the probability of zeroing (default 0.5) */
  constructor(readonly p = 0.5) {
    super()
    checkShare(new.target.name, { p })
  }

  forward(x: Tensor): Tensor {
    checkTensor('Dropout', x)
    return dropout(x, this.p, { training: this.training })
  }

  override describe(): string {
    return `p=${this.p}`
  }
}
