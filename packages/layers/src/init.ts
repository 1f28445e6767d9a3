/** Initial values, drawn from the default generator unless another is given. */
import { defaultGenerator, type Generator } from '@dl/core'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1)

/** Uniform over ±bound. */
export function uniform(
  shape: number[],
  bound: number,
  generator: Generator = defaultGenerator(),
): Tensor {
  return tensor(generator.uniform(sizeOf(shape), -bound, bound), shape)
}

/** Normal with mean 0. */
export function normal(
  shape: number[],
  std = 1,
  generator: Generator = defaultGenerator(),
): Tensor {
  return tensor(generator.normal(sizeOf(shape), 0, std), shape)
}
