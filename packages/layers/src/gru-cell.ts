import { gru } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { type CellOptions, RecurrentCell } from './recurrent-cell'

/**
 * One time step of a GRU, as `torch.nn.GRUCell`.
 *
 * @example
 * ```ts
 * import { GRUCell } from '@dl/layers'
 * import { ones, tidy } from '@tensorflow/tfjs-core'
 *
 * const cell = new GRUCell(42, 16)
 * const h = tidy(() => cell.call(ones([3, 42]), cell.call(ones([3, 42]))))
 * h.shape // → 3,16
 * h.dispose()
 * cell.dispose()
 * ```
 */
export class GRUCell extends RecurrentCell<Tensor> {
  /**
   * @param inputs features of each step
   * @param hidden size of the state
   */
  constructor(inputs: number, hidden: number, options: CellOptions = {}) {
    super(inputs, hidden, 3, options)
  }

  /**
   * @param x [batch, inputs]
   * @param h the state [batch, hidden]; else zeros
   * @returns the next state
   */
  forward(x: Tensor, h?: Tensor): Tensor {
    const state = this.layerState('h', h, x)
    return this.onlyLayer(gru(this.sequence(x), state, [this.weights]).h)
  }
}
