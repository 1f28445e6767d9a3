import { DlError } from '@dl/core'
import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import { type Tensor, tidy } from '@tensorflow/tfjs-core'
import { breather } from './breathe'
import type { Metric } from './metrics/metric'
import { Tally } from './metrics/tally'
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
  const tally = new Tally(loss, metrics)
  model.eval()
  if (!carryState) model.resetState()
  for await (const batch of loader) {
    const measured = measure(model, batch, tally)
    try {
      tally.add(await measured.data(), batch.items)
    } finally {
      measured.dispose()
    }
    if (signal?.aborted) break
    await breathe()
  }
  if (tally.items === 0) {
    throw new DlError('empty-loader', {
      problem: 'the loader to evaluate on yielded nothing',
      expected: 'at least one batch',
    })
  }
  return { ...tally.finish(), items: tally.items }
}

function measure(model: TrainableModel, batch: Batch, tally: Tally): Tensor {
  try {
    return tidy(() => tally.measure(model.call(...batch.inputs), batch.target))
  } finally {
    disposeBatch(batch)
  }
}
