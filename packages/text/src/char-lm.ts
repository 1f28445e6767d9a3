import { checkOptions, DlError, showValue } from '@dl/core'
import { Embedding, GRU, Linear, LSTM, Module, RNN, withRecipe } from '@dl/layers'
import type { Tensor } from '@tensorflow/tfjs-core'

export type Cell = 'rnn' | 'gru' | 'lstm'

export interface CharLMOptions {
  /** How many tokens there are: `data.nt`. */
  vocab: number
  /** Length of a token's vector (default 42, the lesson's). */
  embedding?: number
  /** Size of each layer's state (default 512). */
  hidden?: number
  /** Recurrent layers (default 2). */
  layers?: number
  /** Dropout between recurrent layers (default 0.5). */
  dropout?: number
  /** Kind of recurrent layer (default 'lstm'). */
  cell?: Cell
}

const CELLS = { rnn: RNN, gru: GRU, lstm: LSTM }

/**
 * The lesson's language model: embedding, recurrent layers that carry their state from batch to
 * batch, and a linear layer to a score for each token.
 *
 * @example
 * ```ts
 * import { CharLM } from '@dl/text'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const model = new CharLM({ vocab: 56, hidden: 16, cell: 'gru', layers: 1, dropout: 0 })
 * const ids = zeros([8, 4], 'int32') // time, batch
 * const logits = model.call(ids)
 * logits.shape // → 8,4,56
 * ids.dispose()
 * logits.dispose()
 * model.dispose()
 * ```
 */
export class CharLM extends Module {
  readonly encoder: Embedding
  readonly rnn: RNN | GRU | LSTM
  readonly decoder: Linear

  /** @throws DlError `bad-option` for an unknown cell or a size below 1 */
  constructor(options: CharLMOptions) {
    super()
    const {
      vocab,
      embedding = 42,
      hidden = 512,
      layers = 2,
      dropout = 0.5,
      cell = 'lstm',
    } = checkOptions('CharLM', options, [
      'vocab',
      'embedding',
      'hidden',
      'layers',
      'dropout',
      'cell',
    ])
    if (!Object.hasOwn(CELLS, cell)) {
      throw new DlError('bad-option', {
        problem: `CharLM got the cell ${showValue(cell)}`,
        expected: `one of ${Object.keys(CELLS).join(', ')}`,
      })
    }
    try {
      this.encoder = new Embedding(vocab, embedding)
      this.rnn = new CELLS[cell](embedding, hidden, { layers, dropout, stateful: true })
      this.decoder = new Linear(hidden, vocab)
    } catch (error) {
      this.dispose()
      throw error
    }
    withRecipe(this, {
      name: 'CharLM',
      options: { vocab, embedding, hidden, layers, dropout, cell },
    })
  }

  /**
   * @param ids int32 [time, batch]
   * @returns scores [time, batch, vocab]
   */
  forward(ids: Tensor): Tensor {
    return this.decoder.call(this.rnn.call(this.encoder.call(ids)).output)
  }
}
