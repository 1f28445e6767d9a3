import { Parameter } from '@dl/core'
import { add, matMul, reshape, type Tensor } from '@tensorflow/tfjs-core'
import { checkSizes, checkWidth } from './checks'
import { uniform } from './init/distributions'
import { drawn } from './init/initialize'
import { Module } from './module'
import { withDefaults } from './options'

export interface LinearOptions {
  /** Whether to add a learnt bias (default true). */
  bias?: boolean
}

/**
 * y = x·W + b over the last dimension; any leading dimensions. Initialised as PyTorch's: weight and
 * bias uniform over ±1/√inputs.
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const linear = new Linear(3, 5)
 * const x = ones([7, 2, 3])
 * const y = linear.call(x)
 * y.shape // → 7,2,5
 * x.dispose()
 * y.dispose()
 * linear.dispose()
 * ```
 */
export class Linear extends Module {
  /** [inputs, outputs]; once tied to an Embedding's, that: [outputs, inputs]. See `tie`. */
  weight: Parameter
  readonly bias: Parameter | null

  /**
   * @param inputs features coming in
   * @param outputs features going out
   */
  constructor(
    readonly inputs: number,
    readonly outputs: number,
    options: LinearOptions = {},
  ) {
    super()
    const { bias } = withDefaults('Linear', options, { bias: true })
    checkSizes('Linear', { inputs, outputs })
    const bound = 1 / Math.sqrt(inputs)
    const values = uniform({ low: -bound, high: bound })
    this.weight = new Parameter(() => drawn([inputs, outputs], values), { torchAxes: [1, 0] })
    this.bias = bias ? new Parameter(() => drawn([outputs], values)) : null
  }

  forward(x: Tensor): Tensor {
    checkWidth('Linear', x, this.inputs)
    const rows = reshape(x, [x.size / this.inputs, this.inputs])
    const product = matMul(rows, this.weight.value, false, this.weight.torchAxes === null)
    const biased = this.bias ? add(product, this.bias.value) : product
    return reshape(biased, [...x.shape.slice(0, -1), this.outputs])
  }

  override describe(): string {
    return `${this.inputs}, ${this.outputs}${this.bias ? '' : ', bias=false'}`
  }
}
