import { checkOptions, sgdStep } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'
import { BELOW_1, badOption, checkFlag, checkHyperparameter, ELSEWHERE } from './checks'
import type { Hyperparameter } from './hyperparameters'
import { ownRule, type UpdateRule } from './rule'

export interface SgdOptions {
  /** How much of the last direction is kept (default 0). */
  momentum?: Hyperparameter
  /** Looks ahead along the momentum (default false). */
  nesterov?: boolean
}

/**
 * Stochastic gradient descent as `torch.optim.SGD`.
 *
 * @throws DlError `bad-option`, also for nesterov without momentum
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
export function sgd(options: SgdOptions = {}): UpdateRule {
  const known = ['momentum', 'nesterov'] as const
  const { momentum = 0, nesterov = false } = checkOptions('sgd', options, known, ELSEWHERE)
  checkHyperparameter('sgd', 'momentum', momentum, BELOW_1)
  checkFlag('sgd', 'nesterov', nesterov)
  if (nesterov && momentum === 0) {
    badOption('sgd', 'nesterov is true and momentum 0', 'a momentum to look ahead along')
  }
  return ownRule({
    name: 'sgd',
    decoupled: false,
    momentum,
    slots: hyper => (hyper.momentum > 0 ? ['buffer'] : []),
    update(inputs, slots, { step: _, beta: __, ...hyper }) {
      const [param, buffer] = sgdStep({ ...inputs, ...slots }, { ...hyper, nesterov })
      const kept: Record<string, Tensor> = buffer ? { buffer } : {}
      return { param: param!, slots: kept }
    },
  })
}
