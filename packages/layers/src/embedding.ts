import { embedding, Parameter } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { checkSizes } from './checks'
import { normal } from './init/distributions'
import { drawn } from './init/initialize'
import { Module } from './module'

/**
 * A learnt vector for each integer id. Initialised as PyTorch's: normal with mean 0 and std 1.
 *
 * @example
 * ```ts
 * import { Embedding } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const vectors = new Embedding(56, 42)
 * const ids = tensor([[3, 1], [0, 55]], [2, 2], 'int32')
 * const x = vectors.call(ids)
 * x.shape // → 2,2,42
 * ids.dispose()
 * x.dispose()
 * vectors.dispose()
 * ```
 */
export class Embedding extends Module {
  readonly weight: Parameter

  /**
   * @param rows how many ids there are
   * @param width the length of each vector
   */
  constructor(
    readonly rows: number,
    readonly width: number,
  ) {
    super()
    checkSizes('Embedding', { rows, width })
    this.weight = new Parameter(() => drawn([rows, width], normal()))
  }

  /** @param ids int32 of any shape */
  forward(ids: Tensor): Tensor {
    return embedding(this.weight.value, ids)
  }

  override describe(): string {
    return `${this.rows}, ${this.width}`
  }
}
