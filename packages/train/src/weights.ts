/** A model's weights in a file and back. */
import type { RestorableModel } from '@dl/callbacks'
import { loadTensors, saveTensors } from '@dl/data'
import { dispose } from '@tensorflow/tfjs-core'

export async function saveWeights(model: RestorableModel, path: string): Promise<void> {
  const state = model.stateDict()
  try {
    await saveTensors(path, state)
  } finally {
    dispose(state)
  }
}

export async function loadWeights(model: RestorableModel, path: string): Promise<void> {
  const { tensors } = await loadTensors(path)
  try {
    model.loadStateDict(tensors)
  } finally {
    dispose(tensors)
  }
}
