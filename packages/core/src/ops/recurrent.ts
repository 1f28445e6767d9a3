/** What the three recurrent layers share: their weights, and stacking layers into a net. */
import {
  add,
  concat,
  matMul,
  reshape,
  stack,
  sum,
  type Tensor,
  unstack,
  zeros,
} from '@tensorflow/tfjs-core'
import { check, checkThat } from '../checks'
import { DlError, showShape } from '../errors'
import type { TensorInputs } from '../fused/define'
import { checkOptions } from '../options'
import { sameShape } from '../same-shape'
import { type DropoutOptions, dropout } from './dropout'

/**
 * The weights of one layer with G gates, G = 1 (rnn), 3 (gru: reset, update, new) or 4 (lstm:
 * input, forget, cell, output): PyTorch's, transposed.
 */
export interface RecurrentWeights {
  /** [I, G·H] */
  wIh: Tensor
  /** [H, G·H] */
  wHh: Tensor
  /** [G·H] */
  bIh?: Tensor
  /** [G·H] */
  bHh?: Tensor
}

export interface RecurrentOptions extends DropoutOptions {
  /** Dropout between layers, not after the last (default 0). */
  dropout?: number
}

/** Zeros in these shapes: what comes of a batch of no rows, which tfjs's operations cannot all take. */
export const nothing = (...shapes: number[][]): Tensor[] => shapes.map(shape => zeros(shape))

/** x·w + b over all time steps at once, as one tensor per step. */
export function projectSteps(x: Tensor, w: Tensor, b: Tensor | undefined): Tensor[] {
  const [time, batch, inputs] = x.shape as [number, number, number]
  const projected = matMul(reshape(x, [time * batch, inputs]), w)
  const biased = b ? add(projected, b) : projected
  return unstack(reshape(biased, [time, batch, w.shape[1]!]))
}

/** h·w + b */
export function project(h: Tensor, w: Tensor, b: Tensor | undefined): Tensor {
  const projected = matMul(h, w)
  return b ? add(projected, b) : projected
}

/**
 * The gradients of input and weights from those of the gates, as single products over all steps.
 * `dInput` and `dHidden` are the gradients of both projections (they differ in a GRU only).
 */
export function projectionGradients(
  { x, h0, y, wIh }: TensorInputs,
  dInput: Tensor[],
  dHidden: Tensor[],
): { dx: Tensor; dwIh: Tensor; dwHh: Tensor; dbIh: Tensor; dbHh: Tensor } {
  const [time, batch, inputs] = x!.shape as [number, number, number]
  const rows = (steps: Tensor[]) => reshape(stack(steps), [time * batch, -1])
  const previous = rows([h0!, ...unstack(y!).slice(0, -1)])
  const intoInput = rows(dInput)
  const intoHidden = dInput === dHidden ? intoInput : rows(dHidden)
  return {
    dx: reshape(matMul(intoInput, wIh!, false, true), [time, batch, inputs]),
    dwIh: matMul(reshape(x!, [time * batch, inputs]), intoInput, true, false),
    dwHh: matMul(previous, intoHidden, true, false),
    dbIh: sum(intoInput, 0),
    dbHh: sum(intoHidden, 0),
  }
}

/** Runs one layer after the other with dropout between; `layer` gets x, the weights and its index. */
export function stackLayers(
  x: Tensor,
  layers: readonly RecurrentWeights[],
  { dropout: p = 0, ...options }: RecurrentOptions,
  layer: (x: Tensor, weights: RecurrentWeights, index: number) => Tensor,
): Tensor {
  return layers.reduce((input, weights, index) => {
    const dropped = index > 0 && p > 0 ? dropout(input, p, options) : input
    return layer(dropped, weights, index)
  }, x)
}

/** Compares shapes before a kernel sees them, and names the layer that is wrong. */
export function checkRecurrent(
  op: string,
  gates: number,
  x: Tensor,
  layers: readonly RecurrentWeights[],
  states: Record<string, Tensor>,
  options: RecurrentOptions,
): void {
  const known = checkOptions(op, options, ['dropout', 'training', 'generator'])
  const { dropout = 0, training = true, generator } = known
  check(op, 'a number from 0 to 1', { dropout })
  check(op, 'true or false', { training })
  check(op, 'a Generator or undefined', { generator })
  check(op, 'a tensor', { x, ...states })
  checkThat(
    op,
    'layers',
    layers,
    'an array of weights',
    all => Array.isArray(all) && all.length > 0,
  )
  layers.forEach((layer, i) => {
    const { wIh, wHh, bIh, bHh }: Partial<RecurrentWeights> = layer ?? {}
    check(`${op}'s layer ${i}`, 'a tensor', { wIh, wHh })
    check(`${op}'s layer ${i}`, 'a tensor or undefined', { bIh, bHh })
  })
  const hidden = layers[0]!.wHh.shape[0] ?? 0
  const complain = (what: string, got: readonly number[], expected: string) => {
    throw new DlError('shape-mismatch', {
      problem: `${op} got ${what} of shape ${showShape(got)}`,
      expected,
    })
  }
  if (x.rank !== 3) complain('x', x.shape, '[time, batch, features]')
  if (x.shape[0] === 0) complain('x', x.shape, 'at least one time step')
  let width = x.shape[2]!
  layers.forEach(({ wIh, wHh, bIh, bHh }, i) => {
    const expected = (what: string, tensor: Tensor | undefined, shape: number[]) => {
      if (tensor && !sameShape(tensor.shape, shape)) {
        complain(`layer ${i}'s ${what}`, tensor.shape, showShape(shape))
      }
    }
    expected('wIh', wIh, [width, gates * hidden])
    expected('wHh', wHh, [hidden, gates * hidden])
    expected('bIh', bIh, [gates * hidden])
    expected('bHh', bHh, [gates * hidden])
    width = hidden
  })
  for (const [name, state] of Object.entries(states)) {
    const shape = [layers.length, x.shape[1]!, hidden]
    if (!sameShape(state.shape, shape)) {
      complain(`the initial ${name}`, state.shape, `${showShape(shape)}: layers, batch, hidden`)
    }
  }
}

/** Columns `concat` put together. */
export const joinGates = (gates: Tensor[]): Tensor => concat(gates, 1)
