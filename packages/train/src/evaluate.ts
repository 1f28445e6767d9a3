import { DlError } from '@dl/core'
import { type DataLoader, disposeBatch } from '@dl/data'
import { dispose, stack, tidy } from '@tensorflow/tfjs-core'
import { breather } from './breathe'
import type { Metric } from './metrics/metric'
import type { Loss, TrainableModel } from './model'

export interface EvaluateOptions {
  /** Whether carried state goes on from what the model did before (default false: it starts afresh). */
  carryState?: boolean
  /** What to measure beside the loss. */
  metrics?: readonly Metric[]
  /** Ends the evaluation early, with the average so far. */
  signal?: AbortSignal
}

/** Means over all items of a loader. */
export interface Evaluation {
  loss: number
  /** By name, in the order asked for. */
  metrics: Record<string, number>
  /** How many items there were. */
  items: number
}

/**
 * Judges a model in eval mode. Batches count by their items (fast.ai's first version averaged over
 * batches, whatever their size). The model is left in eval mode.
 *
 * @throws DlError `empty-loader` where no batch comes
 *
 * @example
 * ```ts
 * import { evaluate } from '@dl/train'
 * import { Linear } from '@dl/layers'
 * import { mean, ones, square, sub, zeros } from '@tensorflow/tfjs-core'
 *
 * const model = new Linear(2, 1)
 * const batches = [{ inputs: [ones([4, 2])], target: zeros([4, 1]), items: 4 }]
 * const loader = { length: 1, async *[Symbol.asyncIterator]() { yield* batches } }
 * const { items } = await evaluate(model, loader, (y, t) => mean(square(sub(y, t))))
 * items // → 4
 * model.dispose()
 * ```
 */
export async function evaluate(
  model: TrainableModel,
  loader: DataLoader,
  loss: Loss,
  { carryState = false, metrics = [], signal }: EvaluateOptions = {},
): Promise<Evaluation> {
  const breathe = breather()
  const measured = metrics.filter(metric => metric.batch)
  model.eval()
  if (!carryState) model.resetState()
  // of the loss and of what is measured, each times the items
  const totals = Array<number>(1 + measured.length).fill(0)
  let items = 0
  for await (const batch of loader) {
    const means = tidy(() => {
      const output = model.call(...batch.inputs)
      const values = measured.map(metric => metric.batch!(output, batch.target))
      return stack([loss(output, batch.target), ...values])
    })
    disposeBatch(batch)
    const values = await means.data()
    dispose(means)
    values.forEach((value, i) => {
      totals[i]! += value * batch.items
    })
    items += batch.items
    if (signal?.aborted) break
    await breathe()
  }
  if (items === 0) {
    throw new DlError('empty-loader', {
      problem: 'the loader to evaluate on yielded nothing',
      expected: 'at least one batch',
    })
  }
  const [mean, ...rest] = totals.map(total => total / items)
  const means = new Map(measured.map((metric, i) => [metric, rest[i]!]))
  const finished = metrics.map(metric => {
    const value = means.get(metric) ?? Number.NaN
    return [metric.name, metric.finish ? metric.finish(value, mean!) : value] as const
  })
  return { loss: mean!, metrics: Object.fromEntries(finished), items }
}
