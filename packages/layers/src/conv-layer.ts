/** What the convolution layers share: checked options, PyTorch's initial values and layout, printing. */
import { Parameter } from '@dl/core'
import { checkSizes } from './checks'
import { CONV_DEFAULTS, checkGroups } from './conv2d'
import { uniform } from './init/distributions'
import { drawn } from './init/initialize'
import { Module } from './module'
import { type Pair, showPair } from './pair'

/** What the tree does not show. */
const PLAIN: Record<string, number> = { ...CONV_DEFAULTS, outputPadding: 0 }

interface Options {
  groups: number
  bias: boolean
  [name: string]: Pair | boolean
}

export abstract class ConvLayer extends Module {
  readonly weight: Parameter
  readonly bias: Parameter | null
  readonly #options: Omit<Options, 'bias'>

  /**
   * @param kernel the kernel's size along each axis
   * @param options with a value for each
   */
  protected constructor(
    readonly inputs: number,
    readonly outputs: number,
    readonly kernelSize: Pair,
    kernel: readonly number[],
    { bias, ...options }: Options,
    transposed = false,
  ) {
    super()
    checkSizes(new.target.name, { inputs, outputs })
    const { groups } = options
    checkGroups(new.target.name, groups, inputs, outputs)
    this.#options = options
    // of a transposed one PyTorch, too, takes what is the fan-out for the fan-in
    const channels = transposed ? [outputs / groups, inputs] : [inputs / groups, outputs]
    const shape = [...kernel, ...channels]
    const bound = 1 / Math.sqrt(kernel.reduce((product, size) => product * size, channels[0]!))
    const values = uniform({ low: -bound, high: bound })
    const axes = kernel.length
    const torchAxes = [axes + 1, axes, ...kernel.keys()]
    this.weight = new Parameter(() => drawn(shape, values), { torchAxes })
    this.bias = bias ? new Parameter(() => drawn([outputs], values)) : null
  }

  override describe(): string {
    const options = Object.entries(this.#options)
      .map(([name, value]) => [name, showPair(value as Pair)] as const)
      .filter(([name, shown]) => shown !== String(PLAIN[name]))
      .map(part => part.join('='))
    const { inputs, outputs, kernelSize } = this
    const bias = this.bias === null ? ['bias=false'] : []
    return [inputs, outputs, showPair(kernelSize), ...options, ...bias].join(', ')
  }
}
