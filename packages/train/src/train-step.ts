import type { CallbackList } from '@dl/callbacks'
import { detach, valueAndGrads } from '@dl/core'
import type { Batch } from '@dl/data'
import type { LayerOptimizer } from '@dl/optim'
import { keep, type Tensor, tidy } from '@tensorflow/tfjs-core'
import type { Loss, TrainableModel } from './model'
import type { Run } from './run'

/**
 * Learns from one batch and gives its loss, without what `transformLoss` added. A step is atomic:
 * when something throws or the loss is not finite, neither weights nor buffers change.
 */
export async function trainStep(
  model: TrainableModel,
  batch: Batch,
  lo: LayerOptimizer,
  loss: Loss,
  callbacks: CallbackList,
  run: Run,
): Promise<number> {
  const raw: Tensor[] = []
  try {
    const result = valueAndGrads(() => {
      const output = model.call(...batch.inputs)
      const value = loss(output, batch.target)
      const transformed = callbacks.transformLoss(value, run, { output, target: batch.target })
      if (transformed !== value) raw.push(keep(detach(value)))
      return transformed
    }, lo.parameters)
    try {
      const value = (await result.value.data())[0]!
      if (Number.isFinite(value)) {
        tidy(() => lo.step(callbacks.transformGrads(result.grads, run)))
        result.commit()
      }
      return raw.length > 0 ? (await raw[0]!.data())[0]! : value
    } finally {
      result.dispose()
    }
  } finally {
    for (const tensor of raw) tensor.dispose()
  }
}
