import { occupy, setAside } from '@dl/core'
import type { TrainableModel } from './model'

/**
 * Works with a model in eval mode and leaves no trace: modes and carried state are put back, also
 * after an error, and nobody else works with it meanwhile.
 *
 * @param state whether carried state starts afresh and is put back; otherwise it flows through
 */
export async function undisturbed<T>(
  model: TrainableModel,
  who: string,
  work: () => Promise<T>,
  { state = true }: { state?: boolean } = {},
): Promise<T> {
  const stay = occupy(model, who)
  try {
    const putBack = setAside(model, { state })
    try {
      model.eval()
      if (state) model.resetState()
      return await work()
    } finally {
      putBack()
    }
  } finally {
    stay.leave()
  }
}
