/**
 * Gradients held against differences. An operation is weighted to a scalar; along a random direction
 * the scalar's slope, from two values summed in float64, must be the gradient's.
 */
import { DlError, Generator, valueAndGrads } from '@dl/core'
import { dispose, mul, scalar, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core'

/** Where an input's numbers lie. */
export interface Input {
  shape: number[]
  from?: number
  to?: number
}

// biome-ignore lint/suspicious/noExplicitAny: operations want tensors of ranks that only they know
export type Operation = (...inputs: any[]) => Tensor

/** An operation as a program writes it, and its inputs: a shape, or a shape and a range. */
export type Check = [operation: Operation, ...inputs: (number[] | Input)[]]

export const within = (shape: number[], from: number, to: number): Input => ({ shape, from, to })

/**
 * Values of an input are this far apart, from 0 at least a quarter of it, from those of the input
 * before a half: no step changes an order.
 */
const APART = 0.12
const STEP = 0.01

const sizeOf = (shape: number[]) => shape.reduce((product, size) => product * size, 1)

/** A permutation of equally spaced values. */
function valuesOf({ shape, from, to }: Input, index: number, generator: Generator): Float32Array {
  const size = sizeOf(shape)
  const order = Array.from(generator.uniform(size), (key, i) => [key, i] as const)
  order.sort(([a], [b]) => a - b)
  const [low, gap] =
    from === undefined
      ? [APART * (((index % 2) + 0.5) / 2 - Math.floor(size / 2)), APART]
      : [from + (to! - from) / size / 2, (to! - from) / size]
  return Float32Array.from(order, ([, i]) => low + i * gap)
}

interface Slopes {
  differences: number
  gradient: number
}

/** For each input the slope along a direction of its own. */
export async function slopes([operation, ...given]: Check): Promise<Slopes[]> {
  const generator = new Generator(11)
  const inputs = given.map(input => (Array.isArray(input) ? { shape: input } : input))
  const points = inputs.map((input, i) => valuesOf(input, i, generator))
  const run = async (values: Float32Array[]) => {
    const output = tidy(() => operation(...values.map((v, i) => tensor(v, inputs[i]!.shape))))
    const data = await output.data()
    const { shape } = output
    output.dispose()
    return { data, shape }
  }
  const { shape } = await run(points)
  const weights = generator.uniform(sizeOf(shape), -1, 1)
  const xs = points.map((values, i) => tensor(values, inputs[i]!.shape))
  const one = scalar(1)
  const w = tensor(weights, shape)
  let grads: (ArrayLike<number> | undefined)[]
  try {
    // multiplied first, so that the operation's inputs are gone when the tape is walked
    const step = valueAndGrads(() => sum(mul(operation(...xs.map(x => mul(x, one))), w)), xs)
    grads = await Promise.all(step.grads.map(gradient => gradient?.data()))
    step.dispose()
  } finally {
    dispose([...xs, one, w])
  }
  const result: Slopes[] = []
  for (const [i, point] of points.entries()) {
    const direction = generator.uniform(point.length, -1, 1)
    const along = async (distance: number) => {
      const moved = point.map((value, j) => value + distance * direction[j]!)
      const { data } = await run(points.with(i, moved))
      return weights.reduce((total, weight, j) => total + weight * data[j]!, 0)
    }
    const differences = ((await along(STEP)) - (await along(-STEP))) / (2 * STEP)
    const gradient = grads[i]
    if (gradient === undefined) throw new Error(`null is the gradient of input ${i}`)
    result.push({
      differences,
      gradient: direction.reduce((total, d, j) => total + d * gradient[j]!, 0),
    })
  }
  return result
}

/** What stands in the way of a gradient, as a code and a message; null if nothing does. */
export function refusal([operation, ...given]: Check): { code: string; message: string } | null {
  const xs = given.map((input, i) => {
    const { shape, ...range } = Array.isArray(input) ? { shape: input } : input
    return tensor(valuesOf({ shape, ...range }, i, new Generator(11)), shape)
  })
  try {
    valueAndGrads(() => sum(mul(operation(...xs), 1)), xs).dispose()
    return null
  } catch (error) {
    if (!DlError.is(error)) throw error
    return error
  } finally {
    dispose(xs)
  }
}
