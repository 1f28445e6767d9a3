import { checkOptions, decayed } from '@dl/core'
import { add, div, mul, relu, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core'
import {
  AT_LEAST_0,
  BELOW_1,
  checkFlag,
  checkHyperparameter,
  checkNumber,
  ELSEWHERE,
} from './checks'
import type { Hyperparameter } from './hyperparameters'
import type { UpdateRule } from './rule'

export interface RmspropOptions {
  /** Decay of the average of the squared gradient (default 0.99). */
  alpha?: Hyperparameter
  /** Added to the root of that average (default 1e-8). */
  eps?: number
  /** How much of the last direction is kept (default 0). */
  momentum?: Hyperparameter
  /** Whether gradients are divided by their spread around their mean instead (default false). */
  centered?: boolean
}

/**
 * RMSprop (Tieleman and Hinton, 2012) as `torch.optim.RMSprop`. `setBeta` sets alpha.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { LayerOptimizer, rmsprop } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(() => rmsprop({ momentum: 0.9 }), model, 1e-2)
 * lo.mom // → 0.9
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function rmsprop(options: RmspropOptions = {}): UpdateRule {
  const known = ['alpha', 'eps', 'momentum', 'centered'] as const
  const checked = checkOptions('rmsprop', options, known, ELSEWHERE)
  const { alpha = 0.99, eps = 1e-8, momentum = 0, centered = false } = checked
  checkHyperparameter('rmsprop', 'alpha', alpha, BELOW_1)
  checkNumber('rmsprop', 'eps', eps, AT_LEAST_0)
  checkHyperparameter('rmsprop', 'momentum', momentum, BELOW_1)
  checkFlag('rmsprop', 'centered', centered)
  return {
    name: 'rmsprop',
    decoupled: false,
    momentum,
    beta: alpha,
    slots: hyper => [
      'square',
      ...(centered ? ['mean'] : []),
      ...(hyper.momentum > 0 ? ['buffer'] : []),
    ],
    update(inputs, slots, hyper) {
      const { grad, param } = decayed({ ...inputs }, hyper)
      const average = (past: Tensor, now: Tensor) =>
        add(mul(past, hyper.beta), mul(now, 1 - hyper.beta))
      const kept: Record<string, Tensor> = { square: average(slots.square!, square(grad)) }
      let spread = kept.square!
      if (slots.mean) {
        kept.mean = average(slots.mean, grad)
        // rounding may take the difference below 0
        spread = relu(sub(spread, square(kept.mean)))
      }
      let direction = div(grad, add(sqrt(spread), eps))
      if (slots.buffer) {
        direction = add(mul(slots.buffer, hyper.momentum), direction)
        kept.buffer = direction
      }
      return { param: sub(param, mul(direction, hyper.lr)), slots: kept }
    },
  }
}
