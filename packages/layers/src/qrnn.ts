/** Quasi-recurrent nets: gates by convolution, for all steps at once; only a sum runs step by step. */
import { Buffer, DlError, detach, dropout, sameShape, showShape } from '@dl/core'
import { reshape, slice, stack, type Tensor, unstack, zeros } from '@tensorflow/tfjs-core'
import { checkShare, checkSizes, checkTensor, checkWidth } from './checks'
import { Module } from './module'
import { withDefaults } from './options'
import { QRNNLayer } from './qrnn-layer'

export interface QRNNOptions {
  /** How many layers are stacked (default 1). */
  layers?: number
  /** Whether each step reads its own input, or the one before as well (default 1). */
  window?: 1 | 2
  /** Chance of each cell to stay as it was for a step, while training (default 0). */
  zoneout?: number
  /** Whether a gate stands between cells and output (default true). */
  outputGate?: boolean
  /** Dropout on the output of each layer but the last, while training (default 0). */
  dropout?: number
  /**
   * Whether the state at the end of one call is where the next begins, without history (default
   * false). It starts at zeros, as it does whenever the batch size changes, and `resetState()`
   * returns it there.
   */
  stateful?: boolean
}

export interface QRNNState {
  /** [layers, batch, hidden] */
  c: Tensor
  /** For window 2 the last input of each layer, [batch, inputs], then [batch, hidden]; else empty. */
  last: Tensor[]
}

const DEFAULTS = {
  layers: 1,
  window: 1,
  zoneout: 0,
  outputGate: true,
  dropout: 0,
  stateful: false,
} as const

/**
 * A multi-layer quasi-recurrent net (Bradbury et al., 2016, arXiv:1611.01576), with "fo-pooling" or,
 * without an output gate, "f-pooling". Names and weights are those of Salesforce's pytorch-qrnn, where
 * f is the share of the new, 1 − f of the paper: c = f·z + (1 − f)·c, output = o·c. Composed of
 * tfjs-core's operations.
 *
 * @example
 * ```ts
 * import { QRNN } from '@dl/layers'
 * import { dispose, zeros } from '@tensorflow/tfjs-core'
 *
 * const layer = new QRNN(42, 16, { layers: 2, window: 2, zoneout: 0.1, stateful: true })
 * const x = zeros([8, 3, 42]) // time, batch, inputs
 * const { output, c, last } = layer.call(x)
 * output.shape // → 8,3,16
 * c.shape // → 2,3,16
 * last.map(({ shape }) => shape).join(' | ') // → 3,42 | 3,16
 * dispose([x, output, c, last])
 * layer.dispose()
 * ```
 */
export class QRNN extends Module<[x: Tensor, state?: QRNNState], QRNNState & { output: Tensor }> {
  readonly layers: readonly QRNNLayer[]
  readonly window: 1 | 2
  readonly zoneout: number
  readonly outputGate: boolean
  readonly dropout: number
  readonly stateful: boolean
  /** The carried state; empty unless stateful. */
  readonly carried: Record<string, Buffer>

  /**
   * @param inputs features of each step
   * @param hidden size of the state
   */
  constructor(
    readonly inputs: number,
    readonly hidden: number,
    options: QRNNOptions = {},
  ) {
    super()
    const complete = withDefaults('QRNN', options, DEFAULTS)
    const { layers, window, zoneout, outputGate, dropout, stateful } = complete
    checkSizes('QRNN', { inputs, hidden, layers })
    checkShare('QRNN', { zoneout, dropout })
    if (window !== 1 && window !== 2) {
      throw new DlError('bad-option', {
        problem: `QRNN got window ${String(window)}`,
        expected: '1 or 2',
      })
    }
    this.window = window
    this.zoneout = zoneout
    this.outputGate = outputGate
    this.dropout = dropout
    this.stateful = stateful
    const own = { window, zoneout, outputGate }
    this.layers = Array.from(
      { length: layers },
      (_, i) => new QRNNLayer(this.#width(i), hidden, own),
    )
    this.carried = stateful ? this.#buffers() : {}
  }

  #buffers(): Record<string, Buffer> {
    const buffer = (...shape: number[]) =>
      new Buffer(() => zeros(shape), { persistent: false, carried: true })
    const named: Record<string, Buffer> = { c: buffer(this.layers.length, 1, this.hidden) }
    if (this.window === 1) return named
    for (const i of this.layers.keys()) named[`last_l${i}`] = buffer(1, this.#width(i))
    return named
  }

  /** Features that come into a layer. */
  #width(layer: number): number {
    return layer === 0 ? this.inputs : this.hidden
  }

  /**
   * @param x [time, batch, inputs]
   * @param state where to begin, else the carried state or zeros
   * @returns the last layer's `output` [time, batch, hidden] and the final state
   */
  forward(x: Tensor, state?: QRNNState): QRNNState & { output: Tensor } {
    checkTensor('QRNN', x)
    if (x.rank !== 3 || x.shape[0] === 0) {
      throw new DlError('shape-mismatch', {
        problem: `QRNN got an input of shape ${showShape(x.shape)}`,
        expected: x.rank === 3 ? 'at least one time step' : `[time, batch, ${this.inputs}]`,
      })
    }
    checkWidth('QRNN', x, this.inputs)
    const batch = x.shape[1]!
    if (state !== undefined) this.#checkState(state, batch)
    const initial = state ?? this.#startingState(batch)
    const starts = unstack(initial.c)
    const cells: Tensor[] = []
    const last: Tensor[] = []
    const output = this.layers.reduce((input, layer, i) => {
      const { dropout: p, training } = this
      const read = i > 0 && p > 0 ? dropout(input, p, { training }) : input
      if (this.window === 2) last.push(lastOf(read))
      const { output, c } = layer.call(
        read,
        starts[i]!,
        this.window === 2 ? initial.last[i]! : null,
      )
      cells.push(c)
      return output
    }, x)
    const c = stack(cells)
    this.carried.c?.write(c)
    for (const [i, input] of last.entries()) this.carried[`last_l${i}`]?.write(input)
    return { output, c, last }
  }

  #checkState(state: QRNNState, batch: number): void {
    const { c, last }: Partial<QRNNState> = state ?? {}
    const check = (name: string, part: unknown, shape: number[]) => {
      checkTensor(`QRNN's initial ${name}`, part)
      if (sameShape(part.shape, shape)) return
      throw new DlError('shape-mismatch', {
        problem: `QRNN got the initial ${name} of shape ${showShape(part.shape)}`,
        expected: showShape(shape),
      })
    }
    check('c', c, [this.layers.length, batch, this.hidden])
    if (this.window === 1) return
    for (const i of this.layers.keys()) check(`last[${i}]`, last?.[i], [batch, this.#width(i)])
  }

  #startingState(batch: number): QRNNState {
    const start = (name: string, shape: number[], axis: number): Tensor => {
      const carried = this.carried[name]?.value
      return carried?.shape[axis] === batch ? detach(carried) : zeros(shape)
    }
    const c = start('c', [this.layers.length, batch, this.hidden], 1)
    const last =
      this.window === 1
        ? []
        : this.layers.map((_, i) => start(`last_l${i}`, [batch, this.#width(i)], 0))
    return { c, last }
  }

  override describe(): string {
    const { inputs, hidden, layers, window, zoneout, outputGate, dropout, stateful } = this
    const extras = [
      layers.length > 1 ? `layers=${layers.length}` : '',
      window > 1 ? `window=${window}` : '',
      zoneout > 0 ? `zoneout=${zoneout}` : '',
      outputGate ? '' : 'outputGate=false',
      dropout > 0 ? `dropout=${dropout}` : '',
      stateful ? 'stateful' : '',
    ].filter(Boolean)
    return [inputs, hidden, ...extras].join(', ')
  }
}

/** The last step of [time, batch, features]. */
function lastOf(x: Tensor): Tensor {
  const [time, batch, width] = x.shape as [number, number, number]
  return reshape(slice(x, [time - 1, 0, 0], [1, batch, width]), [batch, width])
}
