import type { Tensor } from '@tensorflow/tfjs-core'
import { Module } from './module'
import { type Pair, showPair } from './pair'
import {
  AVG_POOL_DEFAULTS,
  type AvgPoolOptions,
  avgPool2d,
  maxPool2d,
  type PoolOptions,
  poolGeometry,
} from './pool'

abstract class Pool2d<O extends PoolOptions> extends Module {
  protected readonly options: O

  constructor(
    readonly kernelSize: Pair,
    options: O,
    defaults?: typeof AVG_POOL_DEFAULTS,
  ) {
    super()
    poolGeometry(new.target.name, kernelSize, options, defaults)
    this.options = { ...options }
  }

  override describe(): string {
    const { stride = this.kernelSize, padding = 0, ceilMode } = this.options
    const shown = [
      showPair(this.kernelSize),
      `stride=${showPair(stride)}`,
      ...(showPair(padding) === '0' ? [] : [`padding=${showPair(padding)}`]),
      ...(ceilMode ? ['ceilMode=true'] : []),
    ]
    return shown.join(', ')
  }
}

/**
 * {@link maxPool2d} as a layer.
 *
 * @example
 * ```ts
 * import { MaxPool2d } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const pool = new MaxPool2d(3, { stride: 2, padding: 1 })
 * const x = zeros([1, 112, 112, 64])
 * const y = pool.call(x)
 * y.shape // → 1,56,56,64
 * x.dispose()
 * y.dispose()
 * ```
 */
export class MaxPool2d extends Pool2d<PoolOptions> {
  constructor(kernelSize: Pair, options: PoolOptions = {}) {
    super(kernelSize, options)
  }

  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options)
  }
}

/** {@link avgPool2d} as a layer. */
export class AvgPool2d extends Pool2d<AvgPoolOptions> {
  constructor(kernelSize: Pair, options: AvgPoolOptions = {}) {
    super(kernelSize, options, AVG_POOL_DEFAULTS)
  }

  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options)
  }

  override describe(): string {
    return (
      super.describe() + (this.options.countIncludePad === false ? ', countIncludePad=false' : '')
    )
  }
}
