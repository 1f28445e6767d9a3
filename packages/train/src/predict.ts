import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import { clone, concat, dispose, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { batchesOf, checkLoader, emptyLoader } from './batches'
import { breather } from './breathe'
import { checkModel } from './checks'
import type { TrainableModel } from './model'
import { undisturbed } from './undisturbed'

/** A model's outputs over a loader and what would have been right, item by item. Yours to dispose. */
export interface Predictions {
  predictions: Tensor
  targets: Tensor
}

/**
 * Runs a model over a loader in eval mode and joins what comes out along the first axis. Modes and
 * carried state are put back.
 *
 * @throws DlError `empty-loader`, `model-busy`; what the loader and the model throw. Nothing is kept then.
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { predictWithTargets } from '@dl/train'
 * import { ones, zeros } from '@tensorflow/tfjs-core'
 *
 * const model = new Linear(2, 3)
 * const batches = [4, 1].map(n => ({ inputs: [ones([n, 2])], target: zeros([n]), items: n }))
 * const loader = { length: 2, async *[Symbol.asyncIterator]() { yield* batches } }
 * const { predictions, targets } = await predictWithTargets(model, loader)
 * predictions.shape // → 5,3
 * targets.shape // → 5
 * for (const owner of [predictions, targets, model]) owner.dispose()
 * ```
 */
export async function predictWithTargets(
  model: TrainableModel,
  loader: DataLoader,
): Promise<Predictions> {
  checkModel(model)
  checkLoader(loader, 'given')
  return undisturbed(model, 'predict', () => predictions(model, loader))
}

/** One pass over the loader, in the mode and from the state that the model has. */
export async function predictions(model: TrainableModel, loader: DataLoader): Promise<Predictions> {
  const breathe = breather()
  const outputs: Tensor[] = []
  const targets: Tensor[] = []
  try {
    for await (const batch of batchesOf(loader, 'given')) {
      outputs.push(outputOf(model, batch, targets))
      await breathe()
    }
    if (outputs.length === 0) throw emptyLoader('given')
    return tidy(() => ({ predictions: concat(outputs), targets: concat(targets) }))
  } finally {
    dispose([outputs, targets].flat())
  }
}

function outputOf(model: TrainableModel, batch: Batch, targets: Tensor[]): Tensor {
  try {
    targets.push(clone(batch.target))
    // a model may hand its input through, which goes with the batch
    return tidy(() => clone(model.call(...batch.inputs)))
  } finally {
    disposeBatch(batch)
  }
}
