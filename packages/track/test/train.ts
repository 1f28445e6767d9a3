/** Two epochs of a line, with a tracker as guest. */
import type { Callback } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { ArrayDataset, dataLoader } from '@dl/data'
import { Linear, mse } from '@dl/layers'
import { LayerOptimizer, sgd } from '@dl/optim'
import { type FitOptions, fit } from '@dl/train'

const column = Array.from({ length: 12 }, (_, i) => [i / 12])

export async function train(tracker: Callback, options: FitOptions = {}, epochs = 2) {
  manualSeed(1)
  using model = new Linear(1, 1)
  using lo = new LayerOptimizer(sgd, model, 0.1)
  const data = new ArrayDataset({ inputs: [column], target: column })
  const loader = dataLoader(data, { bs: 4 })
  const callbacks = [tracker, ...(options.callbacks ?? [])]
  const loaders = { train: loader, validation: loader }
  return await fit(model, loaders, epochs, lo, mse, { ...options, callbacks })
}
