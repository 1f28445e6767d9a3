/** What the cells share: PyTorch's weights, and one time step through the operation over sequences. */
import { DlError, type Parameter, type RecurrentWeights, sameShape, showShape } from '@dl/core'
import { reshape, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { checkSizes, checkTensor, checkWidth } from './checks'
import { Module } from './module'
import { withDefaults } from './options'
import { type RecurrentParameters, recurrentParameters, valuesOf } from './recurrent-parameters'

export interface CellOptions {
  /** Whether to add learnt biases (default true). */
  bias?: boolean
}

/** Takes an input [batch, inputs] and a state (zeros if there is none) to the next state. */
export abstract class RecurrentCell<S> extends Module<[x: Tensor, state?: S], S> {
  readonly weight_ih: Parameter
  readonly weight_hh: Parameter
  readonly bias_ih: Parameter | null
  readonly bias_hh: Parameter | null
  #parameters: RecurrentParameters

  protected constructor(
    readonly inputs: number,
    readonly hidden: number,
    gates: number,
    options: CellOptions,
  ) {
    super()
    const { bias } = withDefaults(new.target.name, options, { bias: true })
    checkSizes(new.target.name, { inputs, hidden })
    this.#parameters = recurrentParameters(inputs, hidden, gates, bias)
    const { wIh, wHh, bIh, bHh } = this.#parameters
    this.weight_ih = wIh
    this.weight_hh = wHh
    this.bias_ih = bIh
    this.bias_hh = bHh
  }

  protected get weights(): RecurrentWeights {
    return valuesOf(this.#parameters)
  }

  /** `x` as a sequence of one step. */
  protected sequence(x: Tensor): Tensor {
    checkTensor(this.constructor.name, x)
    if (x.rank !== 2) this.#complain('an input', x, `[batch, ${this.inputs}]`)
    checkWidth(this.constructor.name, x, this.inputs)
    return reshape(x, [1, ...x.shape])
  }

  /** One part of the state, as that of one layer. */
  protected layerState(name: string, state: Tensor | undefined, x: Tensor): Tensor {
    const shape = [x.shape[0]!, this.hidden]
    if (!state) return zeros([1, ...shape])
    if (!sameShape(state.shape, shape)) {
      this.#complain(`the state ${name}`, state, showShape(shape))
    }
    return reshape(state, [1, ...shape])
  }

  /** The state of the only layer. */
  protected onlyLayer(state: Tensor): Tensor {
    return reshape(state, state.shape.slice(1))
  }

  #complain(what: string, { shape }: Tensor, expected: string): never {
    throw new DlError('shape-mismatch', {
      problem: `${this.constructor.name} got ${what} of shape ${showShape(shape)}`,
      expected,
    })
  }

  override describe(): string {
    return `${this.inputs}, ${this.hidden}${this.bias_ih ? '' : ', bias=false'}`
  }
}
