import { type Nonlinearity, type RecurrentOptions, type RecurrentWeights, rnn } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkChoice } from './checks'
import { withDefaults } from './options'
import { RECURRENT_DEFAULTS, Recurrent, type RecurrentLayerOptions } from './recurrent'

export interface RNNOptions extends RecurrentLayerOptions {
  /** What squashes the state (default 'tanh'). */
  nonlinearity?: Nonlinearity
}

/**
 * A multi-layer Elman net with `torch.nn.RNN`'s weights, names and initialisation.
 *
 * @example
 * ```ts
 * import { RNN } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const layer = new RNN(42, 16, { layers: 2, stateful: true })
 * const x = zeros([8, 3, 42]) // time, batch, inputs
 * const { output, h } = layer.call(x)
 * output.shape // → 8,3,16
 * h.shape // → 2,3,16
 * for (const tensor of [x, output, h]) tensor.dispose()
 * layer.dispose()
 * ```
 */
export class RNN extends Recurrent<{ h: Tensor }> {
  readonly nonlinearity: Nonlinearity

  /**
   * @param inputs features of each step
   * @param hidden size of the state
   */
  constructor(inputs: number, hidden: number, options: RNNOptions = {}) {
    const { nonlinearity, ...others } = withDefaults('RNN', options, {
      ...RECURRENT_DEFAULTS,
      nonlinearity: 'tanh',
    })
    checkChoice('RNN', 'nonlinearity', nonlinearity, ['tanh', 'relu'])
    super(inputs, hidden, 1, ['h'], others)
    this.nonlinearity = nonlinearity
  }

  protected run(
    x: Tensor,
    { h }: { h: Tensor },
    weights: readonly RecurrentWeights[],
    options: RecurrentOptions,
  ) {
    return rnn(x, h, weights, { ...options, nonlinearity: this.nonlinearity })
  }
}
