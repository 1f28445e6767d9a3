/** One layer of a QRNN: the gates of all steps at once, from a window of inputs, then a running sum. */
import { dropout } from '@dl/core'
import {
  add,
  concat,
  expandDims,
  mul,
  sigmoid,
  slice,
  split,
  stack,
  sub,
  type Tensor,
  tanh,
  unstack,
} from '@tensorflow/tfjs-core'
import { Linear } from './linear'
import { Module } from './module'

export interface QRNNLayerOptions {
  /** How many inputs each step reads: its own, or its own and the one before. */
  window: 1 | 2
  zoneout: number
  outputGate: boolean
}

export class QRNNLayer extends Module<
  [x: Tensor, c: Tensor, last: Tensor | null],
  { output: Tensor; c: Tensor }
> {
  /** [window·inputs, gates·hidden]: candidates z, shares f and, with an output gate, o. */
  readonly linear: Linear

  constructor(
    inputs: number,
    readonly hidden: number,
    private readonly options: QRNNLayerOptions,
  ) {
    super()
    const { window, outputGate } = options
    this.linear = new Linear(window * inputs, (outputGate ? 3 : 2) * hidden)
  }

  /**
   * @param x [time, batch, inputs]
   * @param c [batch, hidden]
   * @param last the input before the first, [batch, inputs]; for window 2
   * @returns `output` [time, batch, hidden] and the last c
   */
  forward(x: Tensor, c: Tensor, last: Tensor | null): { output: Tensor; c: Tensor } {
    const { zoneout: p, outputGate } = this.options
    const gates = this.linear.call(last === null ? x : concat([x, shifted(x, last)], 2))
    const [inZ, inF, inO] = split(gates, outputGate ? 3 : 2, 2)
    const z = tanh(inZ!)
    // a share of 0 keeps what there was: zoneout is dropout without its scaling, and its mean in eval mode
    const drawn = dropout(sigmoid(inF!), p, { training: this.training })
    const f = p > 0 ? mul(drawn, 1 - p) : drawn
    const cells = runningMix(f, z, c)
    const all = stack(cells)
    return { output: outputGate ? mul(sigmoid(inO!), all) : all, c: cells.at(-1)! }
  }
}

/** x one step later. */
function shifted(x: Tensor, first: Tensor): Tensor {
  const begin = expandDims(first, 0)
  const [time, batch, width] = x.shape as [number, number, number]
  return time === 1 ? begin : concat([begin, slice(x, 0, [time - 1, batch, width])])
}

/** cₜ = fₜ·zₜ + (1 − fₜ)·cₜ₋₁, "f-pooling" of the paper, where f is what we call 1 − f. */
function runningMix(f: Tensor, z: Tensor, c: Tensor): Tensor[] {
  const added = unstack(mul(f, z))
  let now = c
  return unstack(sub(1, f)).map((kept, t) => {
    now = add(mul(kept, now), added[t]!)
    return now
  })
}
