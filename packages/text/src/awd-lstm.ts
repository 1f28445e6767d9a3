import { checkOptions } from '@dl/core'
import {
  Embedding,
  initialize,
  Linear,
  LockedDropout,
  LSTM,
  Module,
  tie,
  uniform,
  withRecipe,
} from '@dl/layers'
import type { Tensor } from '@tensorflow/tfjs-core'
import { requireCount } from './checks'

export interface AWDLSTMOptions {
  /** How many tokens there are: `data.nt`. */
  vocab: number
  /** Length of a token's vector, and where weights are tied of the last state (default 400). */
  embedding?: number
  /** Size of the other states (default 1150). */
  hidden?: number
  /** LSTMs, one on the other (default 3). */
  layers?: number
  /** Chance of a token of the vocabulary to be zeros for a batch (default 0.1). */
  embeddingDropout?: number
  /** Locked dropout of the tokens' vectors (default 0.4; the paper's for WikiText-2 is 0.65). */
  inputDropout?: number
  /** Locked dropout between LSTMs (default 0.3). */
  hiddenDropout?: number
  /** Locked dropout behind the last LSTM (default 0.4). */
  outputDropout?: number
  /** Dropout of the hidden-to-hidden matrices (default 0.5). */
  weightDrop?: number
  /** Whether tokens are read and written by one matrix (default true). */
  tieWeights?: boolean
}

const NAMES = [
  'vocab',
  'embedding',
  'hidden',
  'layers',
  'embeddingDropout',
  'inputDropout',
  'hiddenDropout',
  'outputDropout',
  'weightDrop',
  'tieWeights',
] as const

/**
 * The weight-dropped LSTM of Merity et al., 2017 (arXiv:1708.02182): LSTMs that carry their state from
 * batch to batch, between an embedding and the same matrix once more. Defaults are the paper's for the
 * Penn Treebank. AR and TAR are a callback, `activationRegularizer(model.outputDropout)` of @dl/layers.
 *
 * Its parts are groups for `layerGroups` of @dl/optim: `encoder`, `rnns.0` …, `decoder`.
 *
 * @example
 * ```ts
 * import { activationRegularizer } from '@dl/layers'
 * import { AWDLSTM } from '@dl/text'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const model = new AWDLSTM({ vocab: 56, embedding: 8, hidden: 16 })
 * const ids = zeros([5, 4], 'int32') // time, batch
 * const logits = model.call(ids)
 * logits.shape // → 5,4,56
 * const callbacks = [activationRegularizer(model.outputDropout, { alpha: 2, beta: 1 })]
 * // await fit(model, data, 750, lo, crossEntropy, { callbacks })
 * ids.dispose()
 * logits.dispose()
 * model.dispose()
 * ```
 */
export class AWDLSTM extends Module {
  readonly encoder: Embedding
  readonly inputDropout: LockedDropout
  readonly rnns: readonly LSTM[]
  readonly hiddenDropout: LockedDropout
  readonly outputDropout: LockedDropout
  readonly decoder: Linear

  /** @throws DlError `bad-option` for a size below 1 or a dropout that is no share */
  constructor(options: AWDLSTMOptions) {
    super()
    const {
      vocab,
      embedding = 400,
      hidden = 1150,
      layers = 3,
      embeddingDropout = 0.1,
      inputDropout = 0.4,
      hiddenDropout = 0.3,
      outputDropout = 0.4,
      weightDrop = 0.5,
      tieWeights = true,
    } = checkOptions('AWDLSTM', options, NAMES)
    requireCount('layers of an AWDLSTM', layers)
    const lastWidth = tieWeights ? embedding : hidden
    const widthOf = (layer: number) => (layer === layers - 1 ? lastWidth : hidden)
    try {
      this.encoder = new Embedding(vocab, embedding, { dropout: embeddingDropout })
      this.inputDropout = new LockedDropout(inputDropout)
      const rnns: LSTM[] = []
      this.rnns = rnns
      for (let i = 0; i < layers; i++) {
        const inputs = i === 0 ? embedding : widthOf(i - 1)
        rnns.push(new LSTM(inputs, widthOf(i), { weightDrop, stateful: true }))
      }
      this.hiddenDropout = new LockedDropout(hiddenDropout)
      this.outputDropout = new LockedDropout(outputDropout)
      this.decoder = new Linear(lastWidth, vocab)
      const small = uniform({ low: -0.1, high: 0.1 })
      initialize(this.encoder.weight, small)
      initialize(this.decoder.weight, small)
      initialize(this.decoder.bias!, ([count]) => new Float32Array(count!))
      if (tieWeights) tie(this.decoder, this.encoder)
    } catch (error) {
      this.dispose()
      throw error
    }
    withRecipe(this, {
      name: 'AWDLSTM',
      options: {
        vocab,
        embedding,
        hidden,
        layers,
        embeddingDropout,
        inputDropout,
        hiddenDropout,
        outputDropout,
        weightDrop,
        tieWeights,
      },
    })
  }

  /**
   * @param ids int32 [time, batch]
   * @returns scores [time, batch, vocab]
   */
  forward(ids: Tensor): Tensor {
    return this.decoder.call(this.features(ids))
  }

  /**
   * What the scores are made of, for a loss that makes them bit by bit.
   *
   * @param ids int32 [time, batch]
   * @returns [time, batch, embedding] ([…, hidden] where weights are not tied)
   */
  features(ids: Tensor): Tensor {
    const last = this.rnns.length - 1
    return this.rnns.reduce(
      (x, rnn, i) =>
        (i === last ? this.outputDropout : this.hiddenDropout).call(rnn.call(x).output),
      this.inputDropout.call(this.encoder.call(ids)),
    )
  }
}
