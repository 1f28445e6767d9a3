/** Adds up over batches what metrics are made of, with one read for each batch. */
import { DlError, showShape, showValue } from '@dl/core'
import { cast, concat1d, reshape, Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core'
import type { Loss } from '../model'
import type { Metric } from './metric'

export class Tally {
  items = 0
  readonly #measured: readonly Metric[]
  /** Of the loss, then of what is measured. */
  readonly #sums: number[][]
  #sizes: number[] = []

  constructor(
    private readonly loss: Loss,
    private readonly metrics: readonly Metric[],
  ) {
    this.#measured = metrics.filter(metric => metric.counts || metric.batch)
    this.#sums = [[], ...this.#measured.map(() => [])]
  }

  /** What a batch adds, as one vector for `add`. */
  measure(output: Tensor, target: Tensor): Tensor1D {
    return tidy(() => {
      const parts = [
        this.loss(output, target),
        ...this.#measured.map(metric => (metric.counts ?? metric.batch!)(output, target)),
      ]
      parts.forEach((part, i) => {
        checkMeasure(this.#measured[i - 1], part)
      })
      this.#sizes = parts.map(({ size }) => size)
      return concat1d(parts.map(part => cast(reshape(part, [-1]), 'float32') as Tensor1D))
    })
  }

  add(values: ArrayLike<number>, items: number): void {
    let from = 0
    this.#sizes.forEach((size, i) => {
      const sums = this.#sums[i]!
      const metric = this.#measured[i - 1]
      if (this.items > 0 && sums.length !== size) {
        throw new DlError('bad-metric', {
          problem: `${metric?.name ?? 'the loss'} gave ${size} numbers, after ${sums.length} before`,
          expected: 'as many for each batch',
        })
      }
      const weight = metric?.counts ? 1 : items
      const batch = Array.from({ length: size }, (_, k) => values[from + k]! * weight)
      const merge = metric?.counts && metric.merge
      this.#sums[i] =
        merge && this.items > 0 ? merge(sums, batch) : batch.map((own, k) => (sums[k] ?? 0) + own)
      from += size
    })
    this.items += items
  }

  /** The mean loss, and the metrics by name in the order given. */
  finish(): { loss: number; metrics: Record<string, number> } {
    const sums = new Map(this.#measured.map((metric, i) => [metric, this.#sums[i + 1]!]))
    const loss = this.#sums[0]![0]! / this.items
    const value = (metric: Metric): number => {
      if (metric.counts) return metric.finish(sums.get(metric)!)
      const mean = (sums.get(metric)?.[0] ?? Number.NaN) / this.items
      return metric.finish ? metric.finish(mean, loss) : mean
    }
    const values = this.metrics.map(metric => [metric.name, value(metric)] as const)
    return { loss, metrics: Object.fromEntries(values) }
  }
}

/** @param metric none for the loss */
function checkMeasure(metric: Metric | undefined, value: unknown): void {
  const isTensor = value instanceof Tensor && value.dtype !== 'string'
  const isScalar = metric?.counts === undefined
  if (isTensor && (!isScalar || value.size === 1)) return
  throw new DlError(metric === undefined ? 'bad-loss' : 'bad-metric', {
    problem: `${metric?.name ?? 'the loss'} gave ${isTensor ? `a tensor of shape ${showShape(value.shape)}` : showValue(value)}`,
    expected: isTensor ? 'one number, the mean over the batch' : 'a tensor of numbers',
    fix: isTensor ? 'Reduce it with mean(), or give counts and finish.' : '',
  })
}
