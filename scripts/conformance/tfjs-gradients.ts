/** tfjs's own gradients, seen before @dl/core repairs them. */
import '@tensorflow/tfjs-core/dist/register_all_gradients'
import { getGradient, registerGradient, unregisterGradient } from '@tensorflow/tfjs-core'
import * as kernelNames from '@tensorflow/tfjs-core/dist/kernel_names'

const names: string[] = Object.values(kernelNames)
const own = names.flatMap(name => getGradient(name) ?? [])

/** Takes the repairs back. */
export function useTfjsGradients(): void {
  for (const name of names) if (getGradient(name) != null) unregisterGradient(name)
  for (const gradient of own) registerGradient(gradient)
}
