import { adamStep } from '@dl/core'
import type { Hyperparameter } from './hyperparameters'
import type { UpdateRule } from './rule'

export interface AdamOptions {
  /** Decay of the averages of gradient and squared gradient (default [0.9, 0.999]). */
  betas?: readonly [Hyperparameter, Hyperparameter]
  /** Added to the root of the squared average (default 1e-8). */
  eps?: number
}

/**
 * Adam (Kingma and Ba, 2015) as `torch.optim.Adam`: weight decay is L2, part of the gradient.
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

function adamRule(
  name: string,
  decoupled: boolean,
  { betas = [0.9, 0.999], eps = 1e-8 }: AdamOptions,
): UpdateRule {
  return {
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
  }
}
