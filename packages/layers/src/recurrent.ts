/** What RNN, GRU and LSTM share: PyTorch's weights under PyTorch's names, and a state that can be carried. */
import {
  Buffer,
  DlError,
  detach,
  dropout,
  type Parameter,
  type RecurrentOptions,
  type RecurrentWeights,
  sameShape,
  showShape,
} from '@dl/core'
import { type Tensor, transpose, zeros } from '@tensorflow/tfjs-core'
import { bothDirections } from './bidirectional'
import { checkShare, checkSizes, checkTensor, checkWidth } from './checks'
import { Module } from './module'
import { withDefaults } from './options'
import { type RecurrentParameters, recurrentParameters, valuesOf } from './recurrent-parameters'

export interface RecurrentLayerOptions {
  /** How many layers are stacked (default 1). */
  layers?: number
  /** Dropout on the output of each layer but the last, while training (default 0). */
  dropout?: number
  /**
   * Dropout on each hidden-to-hidden matrix, drawn once a call, while training (default 0): the
   * weight drop of AWD-LSTM (Merity et al., 2017, arXiv:1708.02182).
   */
  weightDrop?: number
  /** Whether to add learnt biases (default true). */
  bias?: boolean
  /** Whether each layer also reads the sequence from its end; outputs are twice as wide then (default false). */
  bidirectional?: boolean
  /** Whether input and output are [batch, time, …] (default false). States are the same either way. */
  batchFirst?: boolean
  /**
   * Whether the state at the end of one call is where the next begins, without history (default
   * false). It starts at zeros, as it does whenever the batch size changes, and `resetState()`
   * returns it there.
   */
  stateful?: boolean
}

/** The state of a layer, each [layers, batch, hidden]; of two directions [2·layers, batch, hidden]. */
export type RecurrentState = Record<string, Tensor>

export const RECURRENT_DEFAULTS = {
  layers: 1,
  dropout: 0,
  weightDrop: 0,
  bias: true,
  bidirectional: false,
  batchFirst: false,
  stateful: false,
} as const

export abstract class Recurrent<S extends RecurrentState> extends Module<
  [x: Tensor, state?: S],
  S & { output: Tensor }
> {
  readonly layers: number
  readonly dropout: number
  readonly weightDrop: number
  readonly bidirectional: boolean
  readonly batchFirst: boolean
  readonly stateful: boolean
  /** The carried state; empty unless stateful. */
  readonly carried: Record<string, Buffer>
  /**
   * `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0`, and so on for each layer, with
   * `_reverse` behind it for the way back.
   */
  readonly [name: `${'weight' | 'bias'}_${'ih' | 'hh'}_l${number}${'' | '_reverse'}`]: Parameter
  #weights: RecurrentParameters[]

  protected constructor(
    readonly inputs: number,
    readonly hidden: number,
    gates: number,
    private readonly stateNames: readonly (keyof S & string)[],
    options: RecurrentLayerOptions,
  ) {
    super()
    const name = new.target.name
    const complete = withDefaults(name, options, RECURRENT_DEFAULTS)
    const { layers, dropout, weightDrop, bias, bidirectional, batchFirst, stateful } = complete
    checkSizes(name, { inputs, hidden, layers })
    checkShare(name, { dropout, weightDrop })
    if (stateful && bidirectional) {
      throw new DlError('bad-option', {
        problem: `${name} got both stateful and bidirectional`,
        expected: 'one of the two',
        fix: 'The way back begins at the end of each batch, where nothing has been carried to.',
      })
    }
    this.layers = layers
    this.dropout = dropout
    this.weightDrop = weightDrop
    this.bidirectional = bidirectional
    this.batchFirst = batchFirst
    this.stateful = stateful
    const directions = bidirectional ? 2 : 1
    this.#weights = Array.from({ length: layers * directions }, (_, i) =>
      recurrentParameters(i < directions ? inputs : hidden * directions, hidden, gates, bias),
    )
    // PyTorch's names, as fields, so that state dicts fit
    this.#weights.forEach(({ wIh, wHh, bIh, bHh }, i) => {
      const suffix = `l${Math.floor(i / directions)}${i % directions === 1 ? '_reverse' : ''}`
      Object.assign(this, { [`weight_ih_${suffix}`]: wIh, [`weight_hh_${suffix}`]: wHh })
      if (bias) Object.assign(this, { [`bias_ih_${suffix}`]: bIh, [`bias_hh_${suffix}`]: bHh })
    })
    const buffer = () =>
      new Buffer(() => zeros([layers, 1, hidden]), { persistent: false, carried: true })
    this.carried = Object.fromEntries(stateful ? stateNames.map(name => [name, buffer()]) : [])
  }

  /** The fused operation of the kind of layer. */
  protected abstract run(
    x: Tensor,
    state: S,
    weights: readonly RecurrentWeights[],
    options: RecurrentOptions,
  ): S & { output: Tensor }

  /**
   * @param x [time, batch, inputs], or [batch, time, inputs] for `batchFirst`
   * @param state where to begin, each [layers, batch, hidden] ([2·layers, …] for two directions);
   *   else the carried state or zeros
   * @returns the last layer's `output` [time, batch, hidden] (axes as in x; 2·hidden for two
   *   directions, forward first) and the final state
   */
  forward(x: Tensor, state?: S): S & { output: Tensor } {
    const layer = this.constructor.name
    checkTensor(layer, x)
    if (x.rank !== 3) {
      throw new DlError('shape-mismatch', {
        problem: `${layer} got an input of shape ${showShape(x.shape)}`,
        expected: `[${this.batchFirst ? 'batch, time' : 'time, batch'}, ${this.inputs}]`,
      })
    }
    checkWidth(layer, x, this.inputs)
    const sequence = this.batchFirst ? transpose(x, [1, 0, 2]) : x
    const batch = sequence.shape[1]!
    if (state !== undefined) this.#checkState(state, batch)
    const initial = state ?? this.#startingState(batch)
    const result = this.#read(sequence, initial)
    for (const [name, buffer] of Object.entries(this.carried)) buffer.write(result[name]!)
    return this.batchFirst ? { ...result, output: transpose(result.output, [1, 0, 2]) } : result
  }

  #read(x: Tensor, state: S): S & { output: Tensor } {
    const { dropout: p, weightDrop, training } = this
    const weights = this.#weights.map(parameters => {
      const values = valuesOf(parameters)
      return weightDrop > 0
        ? { ...values, wHh: dropout(values.wHh, weightDrop, { training }) }
        : values
    })
    if (!this.bidirectional) return this.run(x, state, weights, { dropout: p, training })
    return bothDirections(
      x,
      state,
      weights,
      (input, own, layer) => this.run(input, own, [layer], {}),
      input => (p > 0 ? dropout(input, p, { training }) : input),
    )
  }

  #checkState(state: S, batch: number): void {
    const layer = this.constructor.name
    const expected = [this.#weights.length, batch, this.hidden]
    for (const name of this.stateNames) {
      const part: unknown = state?.[name]
      checkTensor(`${layer}'s initial ${name}`, part)
      if (sameShape(part.shape, expected)) continue
      throw new DlError('shape-mismatch', {
        problem: `${layer} got the initial ${name} of shape ${showShape(part.shape)}`,
        expected: `${showShape(expected)}: ${this.bidirectional ? '2·layers' : 'layers'}, batch, hidden`,
      })
    }
  }

  #startingState(batch: number): S {
    const start = (name: string): Tensor => {
      const carried = this.carried[name]?.value
      return carried?.shape[1] === batch
        ? detach(carried)
        : zeros([this.#weights.length, batch, this.hidden])
    }
    return Object.fromEntries(this.stateNames.map(name => [name, start(name)])) as S
  }

  override describe(): string {
    const { inputs, hidden, layers, dropout, weightDrop } = this
    const { bidirectional, batchFirst, stateful } = this
    const extras = [
      layers > 1 ? `layers=${layers}` : '',
      dropout > 0 ? `dropout=${dropout}` : '',
      weightDrop > 0 ? `weightDrop=${weightDrop}` : '',
      this.#weights[0]!.bIh === null ? 'bias=false' : '',
      bidirectional ? 'bidirectional' : '',
      batchFirst ? 'batchFirst' : '',
      stateful ? 'stateful' : '',
    ].filter(Boolean)
    return [inputs, hidden, ...extras].join(', ')
  }
}
