import { lstm } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type CellOptions, RecurrentCell } from './recurrent-cell'

/** What an LSTM cell carries on, each [batch, hidden]. */
export type LSTMCellState = { h: Tensor; c: Tensor }

/**
 * One time step of an LSTM, as `torch.nn.LSTMCell`.
 *
 * @example
 * ```ts
 * import { LSTMCell } from '@dl/layers'
 * import { ones, tidy } from '@tensorflow/tfjs-core'
 *
 * const cell = new LSTMCell(42, 16)
 * const { h, c } = tidy(() => cell.call(ones([3, 42]), cell.call(ones([3, 42]))))
 * c.shape // → 3,16
 * h.dispose()
 * c.dispose()
 * cell.dispose()
 * ```
 */
export class LSTMCell extends RecurrentCell<LSTMCellState> {
  /**
   * @param inputs features of each step
   * @param hidden size of the state
   */
  constructor(inputs: number, hidden: number, options: CellOptions = {}) {
    super(inputs, hidden, 4, options)
  }

  /**
   * @param x [batch, inputs]
   * @param state h and c, each [batch, hidden]; else zeros
   * @returns the next state
   */
  forward(x: Tensor, state?: LSTMCellState): LSTMCellState {
    const initial = {
      h: this.layerState('h', state?.h, x),
      c: this.layerState('c', state?.c, x),
    }
    const { h, c } = lstm(this.sequence(x), initial, [this.weights])
    return { h: this.onlyLayer(h), c: this.onlyLayer(c) }
  }
}
