import type { Tensor } from '@tensorflow/tfjs-core'
import { checkMaps } from './checks'
import { ConvLayer } from './conv-layer'
import { CONV_DEFAULTS, type ConvOptions, conv2d, convGeometry } from './conv2d'
import { withDefaults } from './options'
import { type Pair, pairOf } from './pair'

export interface Conv2dOptions extends ConvOptions {
  /** Whether to add a learnt bias (default true). */
  bias?: boolean
}

/**
 * Learnt filters over maps [N, H, W, inputs]. Initialised as PyTorch's: weight and bias uniform over
 * ±1/√(inputs / groups · rows · columns).
 *
 * @example
 * ```ts
 * import { Conv2d } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const conv = new Conv2d(3, 20, 3, { stride: 2 })
 * const x = zeros([8, 32, 32, 3])
 * const y = conv.call(x)
 * y.shape // → 8,15,15,20
 * for (const owner of [x, y, conv]) owner.dispose()
 * ```
 */
export class Conv2d extends ConvLayer {
  readonly #options: ConvOptions

  /**
   * @param inputs channels coming in
   * @param outputs channels going out
   * @param kernelSize of the filters
   */
  constructor(inputs: number, outputs: number, kernelSize: Pair, options: Conv2dOptions = {}) {
    const complete = withDefaults('Conv2d', options, { ...CONV_DEFAULTS, bias: true })
    convGeometry('Conv2d', complete)
    super(inputs, outputs, kernelSize, pairOf('Conv2d', 'kernelSize', kernelSize), complete)
    const { bias, ...conv } = complete
    this.#options = conv
  }

  forward(x: Tensor): Tensor {
    checkMaps('Conv2d', x, this.inputs)
    return conv2d(x, this.weight.value, this.bias?.value ?? null, this.#options)
  }
}
