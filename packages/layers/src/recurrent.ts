/** What RNN, GRU and LSTM share: PyTorch's weights under PyTorch's names, and a state that can be carried. */
import {
  Buffer,
  DlError,
  detach,
  type Parameter,
  type RecurrentOptions,
  type RecurrentWeights,
  showShape,
} from '@dl/core'
import { type Tensor, zeros } from '@tensorflow/tfjs-core'
import { checkSizes, checkWidth } from './checks'
import { Module } from './module'
import { type RecurrentParameters, recurrentParameters, valuesOf } from './recurrent-parameters'

export interface RecurrentLayerOptions {
  /** How many layers are stacked (default 1). */
  layers?: number
  /** Dropout on the output of each layer but the last, while training (default 0). */
  dropout?: number
  /**
   * Whether the state at the end of one call is where the next begins, without history (default
   * false). It starts at zeros, as it does whenever the batch size changes, and `resetState()`
   * returns it there.
   */
  stateful?: boolean
}

/** The state of a layer, each [layers, batch, hidden]. */
export type RecurrentState = Record<string, Tensor>

export abstract class Recurrent<S extends RecurrentState> extends Module<
  [x: Tensor, state?: S],
  S & { output: Tensor }
> {
  readonly layers: number
  readonly dropout: number
  readonly stateful: boolean
  /** The carried state; empty unless stateful. */
  readonly carried: Record<string, Buffer>
  /** `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and so on for each layer. */
  readonly [name: `${'weight' | 'bias'}_${'ih' | 'hh'}_l${number}`]: Parameter
  #weights: RecurrentParameters[]

  protected constructor(
    readonly inputs: number,
    readonly hidden: number,
    gates: number,
    private readonly stateNames: readonly (keyof S & string)[],
    { layers = 1, dropout = 0, stateful = false }: RecurrentLayerOptions,
  ) {
    super()
    checkSizes(new.target.name, { inputs, hidden, layers })
    this.layers = layers
    this.dropout = dropout
    this.stateful = stateful
    this.#weights = Array.from({ length: layers }, (_, layer) =>
      recurrentParameters(layer === 0 ? inputs : hidden, hidden, gates),
    )
    // PyTorch's names, as fields, so that state dicts fit
    this.#weights.forEach(({ wIh, wHh, bIh, bHh }, layer) => {
      Object.assign(this, {
        [`weight_ih_l${layer}`]: wIh,
        [`weight_hh_l${layer}`]: wHh,
        [`bias_ih_l${layer}`]: bIh,
        [`bias_hh_l${layer}`]: bHh,
      })
    })
    const buffer = () =>
      new Buffer(() => zeros([layers, 1, hidden]), { persistent: false, carried: true })
    this.carried = Object.fromEntries(stateful ? stateNames.map(name => [name, buffer()]) : [])
  }

  /** The fused operation of the kind of layer. */
  protected abstract run(
    x: Tensor,
    state: S,
    weights: RecurrentWeights[],
    options: RecurrentOptions,
  ): S & { output: Tensor }

  /**
   * @param x [time, batch, inputs]
   * @param state where to begin, each [layers, batch, hidden]; else the carried state or zeros
   * @returns the last layer's `output` [time, batch, hidden] and the final state
   */
  forward(x: Tensor, state?: S): S & { output: Tensor } {
    const layer = this.constructor.name
    if (x.rank !== 3) {
      throw new DlError('shape-mismatch', {
        problem: `${layer} got an input of shape ${showShape(x.shape)}`,
        expected: `[time, batch, ${this.inputs}]`,
      })
    }
    checkWidth(layer, x, this.inputs)
    const initial = state ?? this.#startingState(x.shape[1]!)
    const result = this.run(x, initial, this.#weights.map(valuesOf), {
      dropout: this.dropout,
      training: this.training,
    })
    for (const [name, buffer] of Object.entries(this.carried)) buffer.write(result[name]!)
    return result
  }

  #startingState(batch: number): S {
    const start = (name: string): Tensor => {
      const carried = this.carried[name]?.value
      return carried?.shape[1] === batch
        ? detach(carried)
        : zeros([this.layers, batch, this.hidden])
    }
    return Object.fromEntries(this.stateNames.map(name => [name, start(name)])) as S
  }

  override describe(): string {
    const { inputs, hidden, layers, dropout, stateful } = this
    const extras = [
      layers > 1 ? `layers=${layers}` : '',
      dropout > 0 ? `dropout=${dropout}` : '',
      stateful ? 'stateful' : '',
    ].filter(Boolean)
    return [inputs, hidden, ...extras].join(', ')
  }
}
