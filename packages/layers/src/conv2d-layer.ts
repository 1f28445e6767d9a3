import { Parameter } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkMaps, checkSizes } from './checks'
import { type ConvOptions, checkGroups, conv2d } from './conv2d'
import { uniform } from './init/distributions'
import { drawn } from './init/initialize'
import { Module } from './module'
import { type Pair, pairOf, showPair } from './pair'

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
export class Conv2d extends Module {
  /** [rows, columns, inputs / groups, outputs]; PyTorch's order in state dicts. */
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly #options: ConvOptions

  /**
   * @param inputs channels coming in
   * @param outputs channels going out
   * @param kernelSize of the filters
   */
  constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly kernelSize: Pair,
    { bias = true, ...options }: Conv2dOptions = {},
  ) {
    super()
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options
    checkSizes('Conv2d', { inputs, outputs })
    checkGroups('Conv2d', groups, inputs, outputs)
    const kernel = pairOf('Conv2d', 'kernelSize', kernelSize)
    pairOf('Conv2d', 'stride', stride)
    pairOf('Conv2d', 'padding', padding, 0)
    pairOf('Conv2d', 'dilation', dilation)
    this.#options = options
    const shape = [...kernel, inputs / groups, outputs]
    const bound = 1 / Math.sqrt((inputs / groups) * kernel[0] * kernel[1])
    const values = uniform({ low: -bound, high: bound })
    this.weight = new Parameter(() => drawn(shape, values), { torchAxes: [3, 2, 0, 1] })
    this.bias = bias ? new Parameter(() => drawn([outputs], values)) : null
  }

  forward(x: Tensor): Tensor {
    checkMaps('Conv2d', x, this.inputs)
    return conv2d(x, this.weight.value, this.bias?.value ?? null, this.#options)
  }

  override describe(): string {
    const { stride = 1, padding = 0, dilation = 1, groups = 1 } = this.#options
    const shown = [
      `${this.inputs}, ${this.outputs}, ${showPair(this.kernelSize)}`,
      showPair(stride) !== '1' && `stride=${showPair(stride)}`,
      showPair(padding) !== '0' && `padding=${showPair(padding)}`,
      showPair(dilation) !== '1' && `dilation=${showPair(dilation)}`,
      groups !== 1 && `groups=${groups}`,
      this.bias === null && 'bias=false',
    ]
    return shown.filter(part => part !== false).join(', ')
  }
}
