import { checkOptions } from '@dl/core'
import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import { type Tensor, tidy } from '@tensorflow/tfjs-core'
import { batchesOf, checkLoader, emptyLoader } from './batches'
import { breather } from './breathe'
import { checkLoss, checkMetrics, checkModel } from './checks'
import type { Metric } from './metrics/metric'
import { Tally } from './metrics/tally'
import type { Loss, TrainableModel } from './model'
import { undisturbed } from './undisturbed'

export interface EvaluateOptions {
  /**
   * Whether carried state goes on from what the model did before, and stays (default false: it starts
   * afresh, and what was there before is put back).
   */
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
 * batches, whatever their size). Modes and carried state are put back, so it may look at validation
 * in the middle of an epoch, from a callback.
 *
 * @throws DlError `empty-loader` where no batch comes; `model-busy`; what loader and model throw
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
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const known = ['carryState', 'metrics', 'signal'] as const
  const { carryState = false, metrics = [], signal } = checkOptions('evaluate', options, known)
  checkModel(model)
  checkLoader(loader, 'validation')
  checkLoss(loss)
  checkMetrics(metrics, false)
  const breathe = breather()
  const tally = new Tally(loss, metrics)
  const work = async () => {
    for await (const batch of batchesOf(loader, 'validation')) {
      const measured = measure(model, batch, tally)
      try {
        tally.add(await measured.data(), batch.items)
      } finally {
        measured.dispose()
      }
      if (signal?.aborted) break
      await breathe()
    }
  }
  await undisturbed(model, 'evaluate', work, { state: !carryState })
  if (tally.items === 0) throw emptyLoader('validation')
  return { ...tally.finish(), items: tally.items }
}

function measure(model: TrainableModel, batch: Batch, tally: Tally): Tensor {
  try {
    return tidy(() => tally.measure(model.call(...batch.inputs), batch.target))
  } finally {
    disposeBatch(batch)
  }
}
