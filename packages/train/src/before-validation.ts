/** What a validation moves, so that one that is cut short can be begun again to the same numbers. */
import type { DataLoader } from '@dl/data'
import { clone, dispose } from '@tensorflow/tfjs-core'
import { type RunParts, randomNow, setRandom } from './run-state'

/** How things were. */
export interface Before {
  /** Makes them so again. */
  putBack(): void
  dispose(): void
}

/** Notes carried state, the loader's place and where the generators stand. */
export function beforeValidation(model: RunParts['model'], loader: DataLoader): Before {
  const random = randomNow(model)
  const place = loader.state?.()
  const carried = [...(model.namedBuffers?.() ?? [])]
    .filter(([, buffer]) => buffer.carried)
    .map(([, buffer]) => [buffer, clone(buffer.value)] as const)
  return {
    putBack() {
      setRandom(model, random)
      if (place) loader.restore?.(place)
      for (const [buffer, value] of carried) buffer.write(value)
    },
    dispose: () => dispose(carried.map(([, value]) => value)),
  }
}
