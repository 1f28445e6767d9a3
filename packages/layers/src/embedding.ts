import { detach, dropout, embedding, Parameter } from '@dl/core'
import { expandDims, mul, notEqual, ones, scalar, type Tensor, where } from '@tensorflow/tfjs-core'
import { checkNumbers, checkShare, checkSizes, checkTensor } from './checks'
import { normal } from './init/distributions'
import { drawn, type Initializer } from './init/initialize'
import { Module } from './module'
import { withDefaults } from './options'

export interface EmbeddingOptions {
  /** The id of what only fills up: its vector begins as zeros and gets no gradient (default: none). */
  paddingIdx?: number
  /**
   * Chance of each row to be zeros for one call, wherever its id stands, while training (default 0):
   * embedding dropout (Gal and Ghahramani, 2016).
   */
  dropout?: number
}

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
  readonly paddingIdx: number | null
  readonly dropout: number

  /**
   * @param rows how many ids there are
   * @param width the length of each vector
   */
  constructor(
    readonly rows: number,
    readonly width: number,
    options: EmbeddingOptions = {},
  ) {
    super()
    checkSizes('Embedding', { rows, width })
    const { paddingIdx, dropout } = withDefaults('Embedding', options, {
      paddingIdx: undefined,
      dropout: 0,
    })
    checkShare('Embedding', { dropout })
    if (paddingIdx !== undefined) {
      const isRow = (n: number) => Number.isInteger(n) && n >= 0 && n < rows
      checkNumbers('Embedding', { paddingIdx }, `an integer from 0 to ${rows - 1}`, isRow)
    }
    this.paddingIdx = paddingIdx ?? null
    this.dropout = dropout
    const values: Initializer = (shape, generator) => {
      const drawn = normal()(shape, generator)
      return paddingIdx === undefined
        ? drawn
        : drawn.fill(0, paddingIdx * width, (paddingIdx + 1) * width)
    }
    this.weight = new Parameter(() => drawn([rows, width], values))
  }

  /** @param ids int32 of any shape */
  forward(ids: Tensor): Tensor {
    checkTensor('Embedding', ids)
    const vectors = this.#drop(embedding(this.weight.value, ids), ids)
    if (this.paddingIdx === null) return vectors
    const counts = expandDims(notEqual(ids, scalar(this.paddingIdx, 'int32')), -1)
    return where(counts, vectors, detach(vectors))
  }

  /** A factor for each row is drawn and looked up, which takes less than a mask for the whole table. */
  #drop(vectors: Tensor, ids: Tensor): Tensor {
    if (this.dropout === 0 || !this.training) return vectors
    return mul(vectors, embedding(dropout(ones([this.rows, 1]), this.dropout), ids))
  }

  override describe(): string {
    const padding = this.paddingIdx === null ? '' : `, paddingIdx=${this.paddingIdx}`
    const dropping = this.dropout === 0 ? '' : `, dropout=${this.dropout}`
    return `${this.rows}, ${this.width}${padding}${dropping}`
  }
}
