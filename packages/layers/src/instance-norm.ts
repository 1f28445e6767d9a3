/** Normalisation of each channel of each item by itself. */
import { DlError, showShape } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { ChannelNorm, type GroupNormOptions } from './channel-norm'
import { checkMaps, checkSequences } from './checks'
import { groupNorm } from './group-norm'

/** A mean and a variance of one value tell nothing. */
function checkSeveral(name: string, x: Tensor): void {
  if (x.size === 0 || x.size / x.shape[0]! / x.shape.at(-1)! > 1) return
  throw new DlError('bad-value', {
    problem: `${name} got an input of shape ${showShape(x.shape)}, one value for each channel`,
    expected: 'at least 2',
  })
}

/**
 * Instance normalisation (Ulyanov et al., 2016) of sequences [N, L, channels]: each channel of each
 * item by its own mean and variance.
 *
 * @example
 * ```ts
 * import { InstanceNorm1d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const norm = new InstanceNorm1d(1, { eps: 0 })
 * const x = tensor([1, 3], [1, 2, 1])
 * const y = norm.call(x)
 * Array.from(await y.data(), value => value.toFixed(2)).join() // → -1.00,1.00
 * x.dispose()
 * y.dispose()
 * ```
 */
export class InstanceNorm1d extends ChannelNorm {
  /** @param features channels, the last axis */
  constructor(features: number, options: GroupNormOptions = {}) {
    super(features, features, options, false)
  }

  forward(x: Tensor): Tensor {
    checkSequences('InstanceNorm1d', x, this.channels)
    checkSeveral('InstanceNorm1d', x)
    return groupNorm(x, this.groups, this.inputs)
  }
}

/** Instance normalisation of maps [N, H, W, channels]; see {@link InstanceNorm1d}. */
export class InstanceNorm2d extends ChannelNorm {
  /** @param features channels, the last axis */
  constructor(features: number, options: GroupNormOptions = {}) {
    super(features, features, options, false)
  }

  forward(x: Tensor): Tensor {
    checkMaps('InstanceNorm2d', x, this.channels)
    checkSeveral('InstanceNorm2d', x)
    return groupNorm(x, this.groups, this.inputs)
  }
}
