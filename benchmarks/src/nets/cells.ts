/** Language models of one shape around different cells, as wide as a number of parameters allows. */
import { activationRegularizer, Embedding, Linear, Module, QRNN } from '@dl/layers'
import { AWDLSTM, CharLM } from '@dl/text'
import type { Tensor } from '@tensorflow/tfjs-core'

export const CELLS = ['rnn', 'gru', 'lstm', 'awd-lstm', 'qrnn', 'qrnn-2'] as const
export type CellName = (typeof CELLS)[number]

const EMBEDDING = 42
const LAYERS = 2

/** Of small nets on little text: the paper's are for a hundred times as many parameters. */
const DROPOUTS = {
  embeddingDropout: 0.02,
  inputDropout: 0.1,
  hiddenDropout: 0.15,
  outputDropout: 0.1,
  weightDrop: 0.2,
}

/** Embedding, a QRNN that carries its state, and a linear layer. */
class QuasiLM extends Module {
  readonly encoder: Embedding
  readonly rnn: QRNN
  readonly decoder: Linear

  constructor(vocab: number, hidden: number, window: 1 | 2) {
    super()
    this.encoder = new Embedding(vocab, EMBEDDING)
    this.rnn = new QRNN(EMBEDDING, hidden, { layers: LAYERS, window, stateful: true })
    this.decoder = new Linear(hidden, vocab)
  }

  forward(ids: Tensor): Tensor {
    return this.decoder.call(this.rnn.call(this.encoder.call(ids)).output)
  }
}

export interface CellTask {
  model: Module
  /** What belongs to its training. */
  callbacks: ReturnType<typeof activationRegularizer>[]
}

export function cellTask(cell: CellName, vocab: number, hidden: number): CellTask {
  if (cell === 'awd-lstm') {
    // one matrix for both ends would save little of 56 characters, and make the last state as narrow
    const sizes = { embedding: EMBEDDING, hidden, layers: LAYERS, tieWeights: false }
    const model = new AWDLSTM({ vocab, ...sizes, ...DROPOUTS })
    return { model, callbacks: [activationRegularizer(model.outputDropout)] }
  }
  if (cell === 'qrnn' || cell === 'qrnn-2') {
    return { model: new QuasiLM(vocab, hidden, cell === 'qrnn' ? 1 : 2), callbacks: [] }
  }
  const sizes = { embedding: EMBEDDING, hidden, layers: LAYERS, dropout: 0 }
  return { model: new CharLM({ vocab, cell, ...sizes }), callbacks: [] }
}

/** Weights and biases of a model of that width. */
export function parametersOf(cell: CellName, vocab: number, hidden: number): number {
  const ends = vocab * EMBEDDING + (hidden + 1) * vocab
  const widths = [EMBEDDING, hidden]
  const window = cell === 'qrnn' ? 1 : cell === 'qrnn-2' ? 2 : null
  const gates = cell === 'rnn' ? 1 : cell === 'gru' || window !== null ? 3 : 4
  const rows = (inputs: number) => (window === null ? inputs + hidden + 2 : window * inputs + 1)
  return widths.reduce((sum, inputs) => sum + gates * hidden * rows(inputs), ends)
}

/** The width whose number of parameters is nearest. */
export function hiddenFor(cell: CellName, vocab: number, parameters: number): number {
  let hidden = 1
  while (parametersOf(cell, vocab, hidden + 1) <= parameters) hidden++
  const [below, above] = [hidden, hidden + 1].map(size => parametersOf(cell, vocab, size))
  return above! - parameters < parameters - below! ? hidden + 1 : hidden
}
