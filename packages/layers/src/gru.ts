import { gru, type RecurrentOptions, type RecurrentWeights } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { Recurrent, type RecurrentLayerOptions } from './recurrent'

/**
 * A multi-layer GRU with `torch.nn.GRU`'s weights, names and initialisation.
 *
 * @example
 * ```ts
 * import { GRU } from '@dl/layers'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const layer = new GRU(42, 16, { layers: 2, stateful: true })
 * const x = zeros([8, 3, 42]) // time, batch, inputs
 * const { output, h } = layer.call(x)
 * output.shape // → 8,3,16
 * h.shape // → 2,3,16
 * for (const tensor of [x, output, h]) tensor.dispose()
 * layer.dispose()
 * ```
 */
export class GRU extends Recurrent<{ h: Tensor }> {
  /**
   * @param inputs features of each step
   * @param hidden size of the state
   */
  constructor(inputs: number, hidden: number, options: RecurrentLayerOptions = {}) {
    super(inputs, hidden, 3, ['h'], options)
  }

  protected run(
    x: Tensor,
    { h }: { h: Tensor },
    weights: readonly RecurrentWeights[],
    options: RecurrentOptions,
  ) {
    return gru(x, h, weights, options)
  }
}
