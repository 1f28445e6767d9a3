/** Initial values. An initialiser is a function of shape and generator, so your own is one line. */
import { DlError, defaultGenerator, type Generator, type Parameter, showShape } from '@dl/core'
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'
import { fromTorch, torchShape } from '../torch-layout'

/** Values for a shape in PyTorch's layout: [outputs, inputs] for a matrix. */
export type Initializer = (shape: readonly number[], generator: Generator) => Float32Array

/**
 * Overwrites the values of a parameter. Inputs and outputs are told apart as in PyTorch's layout: a
 * Linear layer's fan-in is its inputs, although its weight is kept as [inputs, outputs].
 *
 * @param generator where random values come from (default: the default generator)
 * @throws DlError `shape-mismatch` for a shape the initialiser is not made for
 *
 * @example
 * ```ts
 * import { identity, initialize, RNN } from '@dl/layers'
 *
 * const rnn = new RNN(2, 3)
 * initialize(rnn.weight_hh_l0!, identity())
 * String(await rnn.weight_hh_l0!.value.data()) // → 1,0,0,0,1,0,0,0,1
 * rnn.dispose()
 * ```
 */
export function initialize(
  parameter: Parameter,
  initializer: Initializer,
  generator: Generator = defaultGenerator(),
): void {
  const shape = torchShape(parameter)
  const values = initializer(shape, generator)
  tidy(() => parameter.assign(fromTorch(parameter, tensor(values, shape))))
}

/** A new tensor, of values for which layout does not matter. */
export const drawn = (shape: number[], initializer: Initializer): Tensor =>
  tensor(initializer(shape, defaultGenerator()), shape)

export const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

/** Complains about vectors, which have neither inputs nor outputs. */
export function checkMatrix(initializer: string, shape: readonly number[]): void {
  if (shape.length >= 2) return
  throw new DlError('shape-mismatch', {
    problem: `${initializer} got a parameter of shape ${showShape(shape)}`,
    expected: 'at least two dimensions',
    fix: 'Use uniform or normal for it.',
  })
}
