/** Small loaders and losses that the tests of this package share. */
import type { Batch, DataLoader } from '@dl/data'
import { mean, square, sub, type Tensor, tensor } from '@tensorflow/tfjs-core'

export const meanSquare = (y: Tensor, target: Tensor): Tensor => mean(square(sub(y, target)))

/** Four points of y = 2x, the `i`th time. */
export function batch(i = 0): Batch {
  const xs = [0.1, 0.5, -0.3, 1].map(x => x + i / 10)
  return {
    inputs: [tensor(xs, [4, 1])],
    target: tensor(
      xs.map(x => 2 * x),
      [4, 1],
    ),
    items: 4,
  }
}

/** A loader that yields `count` batches and says it has `length`. */
export const line = (count: number, length: number | undefined = count): DataLoader => ({
  length,
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < count; i++) yield batch(i)
  },
})

/** One that does not know how many it has. */
export const stream = (count: number): DataLoader => ({
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < count; i++) yield batch(i)
  },
})
