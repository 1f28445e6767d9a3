/** Activations without a kink. PyTorch's formulas and defaults. */

import {
  abs,
  add,
  customGrad,
  div,
  exp,
  type GradSaveFunc,
  greater,
  mul,
  reciprocal,
  relu,
  sigmoid,
  square,
  sub,
  type Tensor,
  tanh,
  elu as tfElu,
  softplus as tfSoftplus,
  tidy,
  where,
} from '@tensorflow/tfjs-core'
import { Activation } from './activations'
import { checkChoice, checkFloat, checkNumbers } from './checks'
import { withDefaults } from './options'

export interface GeluOptions {
  /** `'tanh'` for the formula by which GPT-2 and BERT's first version approximate it (default 'none'). */
  approximate?: 'none' | 'tanh'
}

export interface SoftplusOptions {
  /** How sharply it bends (default 1). */
  beta?: number
  /** Where beta · x is above it, x itself comes out (default 20). */
  threshold?: number
}

/**
 * x · Φ(x), Φ being the normal distribution's (Hendrycks and Gimpel, 2016). Digits are as good far
 * below 0, where hardly anything is left, as they are elsewhere.
 *
 * @example
 * ```ts
 * import { gelu } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([-1, 0, 1])
 * const y = gelu(x)
 * Array.from(await y.data(), value => value.toFixed(4)).join() // → -0.1587,0.0000,0.8413
 * x.dispose()
 * y.dispose()
 * ```
 */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  const formula = approximated('gelu', options) === 'tanh' ? tanhGelu : exactGelu
  checkFloat('gelu', x)
  return tidy(() => formula(x))
}

function approximated(name: string, options: GeluOptions): 'none' | 'tanh' {
  const { approximate } = withDefaults(name, options, { approximate: 'none' })
  checkChoice(name, 'approximate', approximate, ['none', 'tanh'])
  return approximate
}

const tanhGelu = (x: Tensor): Tensor => {
  const cubic = mul(x, add(mul(square(x), 0.044715), 1))
  return mul(mul(x, 0.5), add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1))
}

/** Its gradient is Φ(x) + x·φ(x): through the polynomial below it would be costly and less exact. */
const exactGelu: (x: Tensor) => Tensor = customGrad((...args) => {
  const [x, save] = args as [Tensor, GradSaveFunc]
  save([x])
  return {
    value: sub(relu(x), mul(abs(x), upperTail(x))),
    gradFunc: (dy: Tensor, saved: Tensor[]) => {
      const input = saved[0]!
      const tail = upperTail(input)
      const below = where(greater(input, 0), sub(1, tail), tail)
      const density = mul(exp(mul(square(input), -0.5)), 1 / Math.sqrt(2 * Math.PI))
      return mul(dy, add(below, mul(input, density)))
    },
  }
})

/** Chebyshev's coefficients of erfc(z)·exp(z²), from the highest power of t = 1 / (1 + z/2) down. */
const ERFC = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
]

/**
 * 1 − Φ(|x|), with a relative error of about 1e-7 (Press et al., Numerical Recipes, erfcc). tfjs'
 * erf is good to 1.5e-7 of 1: of what is left at −4 it would keep three digits.
 */
function upperTail(x: Tensor): Tensor {
  const z = mul(abs(x), Math.SQRT1_2)
  const t = reciprocal(add(mul(z, 0.5), 1))
  const polynomial = ERFC.reduce<Tensor | number>((sum, c) => add(mul(sum, t), c), 0)
  return mul(mul(t, 0.5), exp(sub(polynomial, square(z))))
}

/**
 * x · sigmoid(x), also called swish.
 *
 * @example
 * ```ts
 * import { silu } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([0, 1])
 * const y = silu(x)
 * Array.from(await y.data(), value => value.toFixed(4)).join() // → 0.0000,0.7311
 * x.dispose()
 * y.dispose()
 * ```
 */
export function silu(x: Tensor): Tensor {
  checkFloat('silu', x)
  return tidy(() => mul(x, sigmoid(x)))
}

/**
 * x above 0 and alpha · (exp(x) − 1) below (Clevert et al., 2015).
 *
 * @example
 * ```ts
 * import { elu } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([-100, 2])
 * const y = elu(x, 0.5)
 * String(await y.data()) // → -0.5,2
 * x.dispose()
 * y.dispose()
 * ```
 */
export function elu(x: Tensor, alpha = 1): Tensor {
  checkFloat('elu', x)
  checkNumbers('elu', { alpha })
  if (alpha === 1) return tfElu(x)
  return tidy(() => where(greater(x, 0), x, mul(tfElu(x), alpha)))
}

/**
 * log(1 + exp(beta · x)) / beta: above 0, and nearly x where x is large.
 *
 * @example
 * ```ts
 * import { softplus } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([0, 30])
 * const y = softplus(x)
 * Array.from(await y.data(), value => value.toFixed(4)).join() // → 0.6931,30.0000
 * x.dispose()
 * y.dispose()
 * ```
 */
export function softplus(x: Tensor, options: SoftplusOptions = {}): Tensor {
  const { beta, threshold } = bend('softplus', options)
  checkFloat('softplus', x)
  return tidy(() => {
    const scaled = mul(x, beta)
    return where(greater(scaled, threshold), x, div(tfSoftplus(scaled), beta))
  })
}

function bend(name: string, options: SoftplusOptions): Required<SoftplusOptions> {
  const { beta, threshold } = withDefaults(name, options, { beta: 1, threshold: 20 })
  checkNumbers(name, { beta }, 'a number above 0', value => value > 0)
  checkNumbers(name, { threshold })
  return { beta, threshold }
}

/** {@link gelu} as a layer. */
export class GELU extends Activation {
  readonly #approximate: 'none' | 'tanh'

  constructor(options: GeluOptions = {}) {
    super()
    this.#approximate = approximated('GELU', options)
  }

  protected activate(x: Tensor): Tensor {
    return gelu(x, { approximate: this.#approximate })
  }

  override describe(): string {
    return this.#approximate === 'none' ? '' : `approximate=${this.#approximate}`
  }
}

/** {@link silu} as a layer. */
export class SiLU extends Activation {
  protected activate(x: Tensor): Tensor {
    return silu(x)
  }
}

/** {@link elu} as a layer. */
export class ELU extends Activation {
  /** @param alpha how far below 0 it goes (default 1) */
  constructor(readonly alpha = 1) {
    super()
    checkNumbers('ELU', { alpha })
  }

  protected activate(x: Tensor): Tensor {
    return elu(x, this.alpha)
  }

  override describe(): string {
    return `alpha=${this.alpha}`
  }
}

/** {@link softplus} as a layer. */
export class Softplus extends Activation {
  readonly #bend: Required<SoftplusOptions>

  constructor(options: SoftplusOptions = {}) {
    super()
    this.#bend = bend('Softplus', options)
  }

  protected activate(x: Tensor): Tensor {
    return softplus(x, this.#bend)
  }

  override describe(): string {
    return `beta=${this.#bend.beta}, threshold=${this.#bend.threshold}`
  }
}
