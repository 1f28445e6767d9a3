/** What the three recurrent layers share (contracts: @dl/core's `rnn`, `gru` and `lstm`). */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { type Call, FLOAT } from '../call'
import type { Handle } from '../tensorflow'
import { add, join, matMul, split, sum } from './operations'

/** The sizes of a layer. */
export interface Layer {
  time: number
  batch: number
  inputs: number
  hidden: number
  /** Of all gates together. */
  width: number
}

export function layerOf(call: Call): Layer {
  const [time, batch, inputs] = call.shape('x') as [number, number, number]
  const [hidden, width] = call.shape('wHh') as [number, number]
  return { time, batch, inputs, hidden, width }
}

/** [T, B, n] from the steps. */
export const stack = (call: Call, steps: Handle[]): Handle =>
  call.run('Pack', { T: FLOAT, N: steps.length, axis: 0 }, ...steps)

/** An input [T, B, n] as one [B, n] for each step. */
export function stepsOf(call: Call, name: string, { time, batch }: Layer): Handle[] {
  const rows = call.reshape(call.input(name), [time * batch, call.shape(name)[2]!])
  return split(call, rows, time, 0)
}

/** x·wIh and the biases, one [B, width] for each step. */
export function project(call: Call, layer: Layer, biases: (Handle | undefined)[]): Handle[] {
  const { time, batch, inputs } = layer
  const products = matMul(
    call,
    call.reshape(call.input('x'), [time * batch, inputs]),
    call.input('wIh'),
  )
  return split(call, biased(call, products, biases), time, 0)
}

/** x with what is there of the biases. */
export function biased(call: Call, x: Handle, biases: (Handle | undefined)[]): Handle {
  const given = biases.filter(bias => bias !== undefined)
  if (given.length === 0) return x
  return call.run(
    'BiasAdd',
    { T: FLOAT },
    x,
    given.reduce((a, b) => add(call, a, b)),
  )
}

/** Gradients of input, weights and biases from those of the gates' pre-activations, one for each step. */
export function weightGradients(
  call: Call,
  layer: Layer,
  intoInput: Handle[],
  intoHidden: Handle[],
) {
  const { time, batch, inputs } = layer
  const di = join(call, intoInput, 0)
  const dh = intoInput === intoHidden ? di : join(call, intoHidden, 0)
  const y = stepsOf(call, 'y', layer)
  const previous = join(call, [call.input('h0'), ...y.slice(0, -1)], 0)
  const x = call.reshape(call.input('x'), [time * batch, inputs])
  const dx = matMul(call, di, call.input('wIh'), false, true)
  return {
    dx: call.reshape(dx, [time, batch, inputs]),
    dwIh: matMul(call, x, di, true),
    dwHh: matMul(call, previous, dh, true),
    biases: (di === dh ? [di] : [di, dh]).map(gradient => sum(call, gradient, 0)),
  }
}

export const outputs = (call: Call, handles: Handle[]): TensorInfo[] =>
  handles.map(handle => call.output(handle))

/** Zeros in these shapes: what comes of a batch of no rows. */
export const nothing = (call: Call, ...shapes: number[][]): TensorInfo[] =>
  shapes.map(shape => call.zeros(shape))
