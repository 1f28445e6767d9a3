import { lstm, type RecurrentOptions, type RecurrentWeights } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { Recurrent, type RecurrentLayerOptions } from './recurrent'

/**
 * A multi-layer LSTM with `torch.nn.LSTM`'s weights, names and initialisation.
 *
 * @example
 * ```ts
 * import { LSTM } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const layer = new LSTM(42, 16, { layers: 2, stateful: true })
 * const x = zeros([8, 3, 42]) // time, batch, inputs
 * const { output, h, c } = layer.call(x)
 * output.shape // → 8,3,16
 * c.shape // → 2,3,16
 * for (const tensor of [x, output, h, c]) tensor.dispose()
 * layer.dispose()
 * ```
 */
export class LSTM extends Recurrent<{ h: Tensor; c: Tensor }> {
  /**
   * @param inputs features of each step
   * @param hidden size of the state
   */
  constructor(inputs: number, hidden: number, options: RecurrentLayerOptions = {}) {
    super(inputs, hidden, 4, ['h', 'c'], options)
  }

  protected run(
    x: Tensor,
    state: { h: Tensor; c: Tensor },
    weights: readonly RecurrentWeights[],
    options: RecurrentOptions,
  ) {
    return lstm(x, state, weights, options)
  }
}
