/**
 * The models of lessons 6 and 7, in the order of the lecture. Each takes a text's characters as ids
 * and gives a score for every character that could come next. Where the lecture ends with
 * `log_softmax` and trains on its negative log likelihood, these end with the scores: the loss,
 * `crossEntropy`, is both in one.
 */
import { Buffer } from '@dl/core'
import {
  Embedding,
  GRU,
  identity,
  initialize,
  Linear,
  LSTM,
  Module,
  RNN,
  RNNCell,
  relu,
  sigmoid,
  tanh,
  uniform,
} from '@dl/layers'
import {
  add,
  concat,
  gather,
  mul,
  split,
  stack,
  sub,
  type Tensor,
  unstack,
  zeros,
} from '@tensorflow/tfjs-core'

/** How many characters there are, and the length of a character's vector and of the state. */
export interface Sizes {
  vocab: number
  nFac: number
  nHidden: number
}

/** The arrows of the lecture's drawing: from input to state, from state to state, from state to output. */
abstract class Arrows<In extends Tensor[]> extends Module<In> {
  readonly e: Embedding
  readonly lIn: Linear
  readonly lHidden: Linear
  readonly lOut: Linear

  constructor({ vocab, nFac, nHidden }: Sizes, inputs = nFac) {
    super()
    this.e = new Embedding(vocab, nFac)
    this.lIn = new Linear(inputs, nHidden)
    this.lHidden = new Linear(nHidden, nHidden)
    this.lOut = new Linear(nHidden, vocab)
  }
}

/** Three characters in, each [bs]; the fourth out. The state starts at zeros, so it is left out at first. */
export class Char3Model extends Arrows<[c1: Tensor, c2: Tensor, c3: Tensor]> {
  forward(c1: Tensor, c2: Tensor, c3: Tensor): Tensor {
    const in1 = relu(this.lIn.call(this.e.call(c1)))
    const in2 = relu(this.lIn.call(this.e.call(c2)))
    const in3 = relu(this.lIn.call(this.e.call(c3)))

    let h: Tensor = zeros(in1.shape)
    h = tanh(this.lHidden.call(add(h, in1)))
    h = tanh(this.lHidden.call(add(h, in2)))
    h = tanh(this.lHidden.call(add(h, in3)))

    return this.lOut.call(h)
  }
}

/** The same as a loop, over however many characters. */
export class CharLoopModel extends Arrows<Tensor[]> {
  forward(...cs: Tensor[]): Tensor {
    let h: Tensor = zeros([cs[0]!.size, this.lHidden.inputs])
    for (const c of cs) {
      const inp = relu(this.lIn.call(this.e.call(c)))
      h = tanh(this.lHidden.call(add(h, inp)))
    }
    return this.lOut.call(h)
  }
}

/** State and input are different things: put side by side, not added. */
export class CharLoopConcatModel extends Arrows<Tensor[]> {
  constructor(sizes: Sizes) {
    super(sizes, sizes.nHidden + sizes.nFac)
  }

  forward(...cs: Tensor[]): Tensor {
    let h: Tensor = zeros([cs[0]!.size, this.lHidden.inputs])
    for (const c of cs) {
      const inp = relu(this.lIn.call(concat([h, this.e.call(c)], 1)))
      h = tanh(this.lHidden.call(inp))
    }
    return this.lOut.call(h)
  }
}

/** The library's layer is that loop. From here on characters come as one tensor, [time, bs]. */
export class CharRnn extends Module {
  readonly e: Embedding
  readonly rnn: RNN
  readonly lOut: Linear

  constructor({ vocab, nFac, nHidden }: Sizes) {
    super()
    this.e = new Embedding(vocab, nFac)
    this.rnn = new RNN(nFac, nHidden)
    this.lOut = new Linear(nHidden, vocab)
  }

  forward(cs: Tensor): Tensor {
    const h = zeros([1, cs.shape[1]!, this.rnn.hidden])
    const { output } = this.rnn.call(this.e.call(cs), { h })
    return this.lOut.call(gather(output, cs.shape[0]! - 1))
  }
}

/** What follows each character, not the last only: eight times the signal from the same work. */
export class CharSeqRnn extends CharRnn {
  override forward(cs: Tensor): Tensor {
    const h = zeros([1, cs.shape[1]!, this.rnn.hidden])
    const { output } = this.rnn.call(this.e.call(cs), { h })
    return this.lOut.call(output)
  }
}

/** From state to state begins as the identity: what is multiplied again and again stays as it is. */
export class CharIdentityRnn extends CharSeqRnn {
  constructor(sizes: Sizes) {
    super(sizes)
    initialize(this.rnn.weight_hh_l0!, identity())
  }
}

/** The state where a batch ended is where the next begins. */
export class CharSeqStatefulRnn extends Module {
  readonly e: Embedding
  readonly lOut: Linear
  readonly h: Buffer

  constructor(
    { vocab, nFac, nHidden }: Sizes,
    readonly rnn: RNN | GRU = new RNN(nFac, nHidden),
  ) {
    super()
    this.e = new Embedding(vocab, nFac)
    this.lOut = new Linear(nHidden, vocab)
    this.h = stateOf([1, 1, nHidden])
  }

  forward(cs: Tensor): Tensor {
    const bs = cs.shape[1]!
    if (this.h.value.shape[1] !== bs) this.h.write(() => zeros([1, bs, this.rnn.hidden]))
    const { output, h } = this.rnn.call(this.e.call(cs), { h: this.h.value })
    this.h.write(h) // a buffer has no history: the lecture's repackage_var
    return this.lOut.call(output)
  }
}

/** State is not learnt and not saved, and `fit` may send it back to its beginning. */
const stateOf = (shape: number[]) =>
  new Buffer(() => zeros(shape), { persistent: false, carried: true })

/** What `CharSeqStatefulRnn2` repeats: from an input and a state, each [bs, …], to the next state. */
interface Cell extends Module<[x: Tensor, h: Tensor]> {
  readonly hidden: number
}

/** The layer opened up: its loop over time, with a cell that does one step. */
export class CharSeqStatefulRnn2 extends Module {
  readonly e: Embedding
  readonly lOut: Linear
  readonly h: Buffer

  constructor(
    { vocab, nFac, nHidden }: Sizes,
    readonly cell: Cell | RNNCell = new RNNCell(nFac, nHidden),
  ) {
    super()
    this.e = new Embedding(vocab, nFac)
    this.lOut = new Linear(nHidden, vocab)
    this.h = stateOf([1, nHidden])
  }

  forward(cs: Tensor): Tensor {
    const bs = cs.shape[1]!
    if (this.h.value.shape[0] !== bs) this.h.write(() => zeros([bs, this.cell.hidden]))
    const outp: Tensor[] = []
    let o = this.h.value
    for (const c of unstack(cs)) {
      o = this.cell.call(this.e.call(c), o)
      outp.push(o)
    }
    this.h.write(o)
    return this.lOut.call(stack(outp))
  }
}

/** The cell nearly everybody uses instead, with a gate to reset the state and one to update it. */
export class CharSeqStatefulGRU extends CharSeqStatefulRnn {
  constructor(sizes: Sizes) {
    super(sizes, new GRU(sizes.nFac, sizes.nHidden))
  }
}

/** A GRU's step as PyTorch's source has it, which the lecture reads aloud. */
export class GRUCell extends Module<[x: Tensor, h: Tensor]> {
  readonly ih: Linear
  readonly hh: Linear

  constructor(
    inputs: number,
    readonly hidden: number,
  ) {
    super()
    this.ih = new Linear(inputs, 3 * hidden)
    this.hh = new Linear(hidden, 3 * hidden)
    const bound = 1 / Math.sqrt(hidden)
    for (const p of this.parameters()) initialize(p, uniform({ low: -bound, high: bound }))
  }

  forward(x: Tensor, h: Tensor): Tensor {
    const [iReset, iUpdate, iNew] = split(this.ih.call(x), 3, 1) as [Tensor, Tensor, Tensor]
    const [hReset, hUpdate, hNew] = split(this.hh.call(h), 3, 1) as [Tensor, Tensor, Tensor]
    const reset = sigmoid(add(iReset, hReset))
    const update = sigmoid(add(iUpdate, hUpdate))
    const fresh = tanh(add(iNew, mul(reset, hNew)))
    // between the two: an update of 1 keeps the old state
    return add(fresh, mul(update, sub(h, fresh)))
  }
}

/** That cell in the loop over time. */
export class CharSeqStatefulGRU2 extends CharSeqStatefulRnn2 {
  constructor(sizes: Sizes) {
    super(sizes, new GRUCell(sizes.nFac, sizes.nHidden))
  }
}

/** A second state, the cell's; two layers, twice as wide, with dropout between. */
export class CharSeqStatefulLSTM extends Module {
  readonly e: Embedding
  readonly rnn: LSTM
  readonly lOut: Linear
  readonly h: Buffer
  readonly c: Buffer

  constructor({ vocab, nFac, nHidden }: Sizes, nl = 2) {
    super()
    this.e = new Embedding(vocab, nFac)
    this.rnn = new LSTM(nFac, nHidden, { layers: nl, dropout: 0.5 })
    this.lOut = new Linear(nHidden, vocab)
    this.h = stateOf([nl, 1, nHidden])
    this.c = stateOf([nl, 1, nHidden])
  }

  forward(cs: Tensor): Tensor {
    const bs = cs.shape[1]!
    if (this.h.value.shape[1] !== bs) this.initHidden(bs)
    const start = { h: this.h.value, c: this.c.value }
    const { output, h, c } = this.rnn.call(this.e.call(cs), start)
    this.h.write(h)
    this.c.write(c)
    return this.lOut.call(output)
  }

  initHidden(bs: number): void {
    for (const state of [this.h, this.c]) {
      state.write(() => zeros([this.rnn.layers, bs, this.rnn.hidden]))
    }
  }
}
