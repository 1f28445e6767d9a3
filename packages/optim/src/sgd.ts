import { sgdStep } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Hyperparameter } from './hyperparameters'
import type { UpdateRule } from './rule'

export interface SgdOptions {
  /** How much of the last direction is kept (default 0). */
  momentum?: Hyperparameter
  /** Looks ahead along the momentum (default false). */
  nesterov?: boolean
}

/**
 * Stochastic gradient descent as `torch.optim.SGD`.
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { LayerOptimizer, sgd } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(() => sgd({ momentum: 0.9 }), model, 0.1)
 * lo.mom // → 0.9
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function sgd({ momentum = 0, nesterov = false }: SgdOptions = {}): UpdateRule {
  return {
    name: 'sgd',
    decoupled: false,
    momentum,
    slots: hyper => (hyper.momentum > 0 ? ['buffer'] : []),
    update(inputs, slots, { step: _, beta: __, ...hyper }) {
      const [param, buffer] = sgdStep({ ...inputs, ...slots }, { ...hyper, nesterov })
      const kept: Record<string, Tensor> = buffer ? { buffer } : {}
      return { param: param!, slots: kept }
    },
  }
}
