import { DlError } from '@dl/core'
import { type DataLoader, disposeBatch } from '@dl/data'
import { tidy } from '@tensorflow/tfjs-core'
import { breather } from './breathe'
import type { Loss, TrainableModel } from './model'

export interface EvaluateOptions {
  /** Whether carried state goes on from what the model did before (default false: it starts afresh). */
  carryState?: boolean
  /** Ends the evaluation early, with the average so far. */
  signal?: AbortSignal
}

/** The mean loss over all items of a loader, and how many there were. */
export interface Evaluation {
  loss: number
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
  { carryState = false, signal }: EvaluateOptions = {},
): Promise<Evaluation> {
  const breathe = breather()
  model.eval()
  if (!carryState) model.resetState()
  let total = 0
  let items = 0
  for await (const batch of loader) {
    const value = tidy(() => loss(model.call(...batch.inputs), batch.target))
    disposeBatch(batch)
    try {
      total += (await value.data())[0]! * batch.items
    } finally {
      value.dispose()
    }
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
  return { loss: total / items, items }
}
