import { checkOptions, decayed } from '@dl/core'
import { add, div, mul, sqrt, square, sub } from '@tensorflow/tfjs-core'
import { AT_LEAST_0, checkNumber, ELSEWHERE } from './checks'
import type { UpdateRule } from './rule'

export interface AdagradOptions {
  /** How fast the learning rate falls: it is divided by 1 + lrDecay · updates before (default 0). */
  lrDecay?: number
  /** Added to the root of the sum (default 1e-10). */
  eps?: number
}

/**
 * Adagrad (Duchi, Hazan and Singer, 2011) as `torch.optim.Adagrad`: each gradient is divided by the
 * root of the sum of all its squares so far.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { adagrad, LayerOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adagrad, model, 1e-2)
 * lo.opt.name // → adagrad
 * lo.dispose()
 * model.dispose()
 * ```
 */
export function adagrad(options: AdagradOptions = {}): UpdateRule {
  const known = ['lrDecay', 'eps'] as const
  const { lrDecay = 0, eps = 1e-10 } = checkOptions('adagrad', options, known, ELSEWHERE)
  checkNumber('adagrad', 'lrDecay', lrDecay, AT_LEAST_0)
  checkNumber('adagrad', 'eps', eps, AT_LEAST_0)
  return {
    name: 'adagrad',
    decoupled: false,
    momentum: 0,
    slots: () => ['sum'],
    update(inputs, slots, hyper) {
      const { grad, param } = decayed({ ...inputs }, hyper)
      const sum = add(slots.sum!, square(grad))
      const lr = hyper.lr / (1 + (hyper.step - 1) * lrDecay)
      return { param: sub(param, mul(div(grad, add(sqrt(sum), eps)), lr)), slots: { sum } }
    },
  }
}
