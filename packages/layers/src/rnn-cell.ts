import { type Nonlinearity, rnn } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkChoice } from './checks'
import { withDefaults } from './options'
import { type CellOptions, RecurrentCell } from './recurrent-cell'

export interface RNNCellOptions extends CellOptions {
  /** What squashes the state (default 'tanh'). */
  nonlinearity?: Nonlinearity
}

/**
 * One time step of an Elman net, as `torch.nn.RNNCell`: h′ = tanh(x·W + b + h·U + c).
 *
 * @example
 * ```ts
 * import { RNNCell } from '@dl/layers'
 * import { ones, tidy } from '@tensorflow/tfjs-core'
 *
 * const cell = new RNNCell(42, 16)
 * const h = tidy(() => {
 *   let state = cell.call(ones([3, 42])) // from zeros
 *   for (let t = 1; t < 8; t++) state = cell.call(ones([3, 42]), state)
 *   return state
 * })
 * h.shape // → 3,16
 * h.dispose()
 * cell.dispose()
 * ```
 */
export class RNNCell extends RecurrentCell<Tensor> {
  readonly nonlinearity: Nonlinearity

  /**
   * @param inputs features of each step
   * @param hidden size of the state
   */
  constructor(inputs: number, hidden: number, options: RNNCellOptions = {}) {
    const { nonlinearity, bias } = withDefaults('RNNCell', options, {
      nonlinearity: 'tanh',
      bias: true,
    })
    checkChoice('RNNCell', 'nonlinearity', nonlinearity, ['tanh', 'relu'])
    super(inputs, hidden, 1, { bias })
    this.nonlinearity = nonlinearity
  }

  /**
   * @param x [batch, inputs]
   * @param h the state [batch, hidden]; else zeros
   * @returns the next state
   */
  forward(x: Tensor, h?: Tensor): Tensor {
    const { nonlinearity } = this
    const state = this.layerState('h', h, x)
    return this.onlyLayer(rnn(this.sequence(x), state, [this.weights], { nonlinearity }).h)
  }
}
