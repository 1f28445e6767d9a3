import { adamStep, checkOptions, showValue } from '@dl/core'
import {
  AT_LEAST_0,
  BELOW_1,
  badOption,
  checkHyperparameter,
  checkNumber,
  ELSEWHERE,
} from './checks'
import type { Hyperparameter } from './hyperparameters'
import { ownRule, type UpdateRule } from './rule'

export interface AdamOptions {
  /** Decay of the averages of gradient and squared gradient (default [0.9, 0.999]). */
  betas?: readonly [Hyperparameter, Hyperparameter]
  /** Added to the root of the squared average (default 1e-8). */
  eps?: number
}

/**
 * Adam (Kingma and Ba, 2015) as `torch.optim.Adam`: weight decay is L2, part of the gradient.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { adam, LayerOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(adam, model, 1e-3)
 * lo.lrs // → 0.001
 * lo.dispose()
 * model.dispose()
 * ```
 */
export const adam = (options: AdamOptions = {}): UpdateRule => adamRule('adam', false, options)

/**
 * AdamW (Loshchilov and Hutter, 2019) as `torch.optim.AdamW`: weight decay shrinks the parameter by
 * lr · wd and leaves the gradient alone.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { adamW, LayerOptimizer } from '@dl/optim'
 *
 * const model = new Linear(3, 1)
 * const lo = new LayerOptimizer(() => adamW({ betas: [0.9, 0.99] }), model, 1e-3, 0.01)
 * lo.wds // → 0.01
 * lo.dispose()
 * model.dispose()
 * ```
 */
export const adamW = (options: AdamOptions = {}): UpdateRule => adamRule('adamW', true, options)

function adamRule(name: string, decoupled: boolean, options: AdamOptions): UpdateRule {
  const known = ['betas', 'eps'] as const
  const { betas = [0.9, 0.999], eps = 1e-8 } = checkOptions(name, options, known, ELSEWHERE)
  if (!Array.isArray(betas) || betas.length !== 2) {
    badOption(name, `betas are ${showValue(betas)}`, 'two, as [0.9, 0.999]')
  }
  betas.forEach((beta, i) => {
    checkHyperparameter(name, `betas[${i}]`, beta, BELOW_1)
  })
  checkNumber(name, 'eps', eps, AT_LEAST_0)
  return ownRule({
    name,
    decoupled,
    momentum: betas[0],
    beta: betas[1],
    slots: () => ['m', 'v'],
    update(inputs, slots, { momentum: beta1, beta: beta2, ...hyper }) {
      const attrs = { ...hyper, beta1, beta2, eps }
      const [param, m, v] = adamStep({ ...inputs, ...slots }, attrs)
      return { param: param!, slots: { m: m!, v: v! } }
    },
  })
}
