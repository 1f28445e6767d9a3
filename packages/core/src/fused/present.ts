import type { Tensor } from '@tensorflow/tfjs-core'
import { ABSENT } from '../autograd/walk-state'
import type { TensorInputs } from './define'

/** The named tensors that are there: no undefined ones, no gradients of outputs nobody used. */
export function present(tensors: Record<string, Tensor | undefined>): TensorInputs {
  const entries = Object.entries(tensors).filter(([, t]) => t !== undefined && t !== ABSENT)
  return Object.fromEntries(entries) as TensorInputs
}

/**
 * The closures tfjs wants, one per input, over one run of a gradient kernel that computes all.
 * What no closure hands out is freed by the tidy around them.
 */
export function sharedGradients<K extends string>(
  run: () => Record<K, Tensor>,
  names: readonly K[],
): Record<K, () => Tensor> {
  let results: Record<K, Tensor> | undefined
  const get = (name: K) => () => (results ??= run())[name]
  return Object.fromEntries(names.map(name => [name, get(name)])) as Record<K, () => Tensor>
}
