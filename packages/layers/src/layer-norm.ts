import { DlError, Parameter, sameShape, showShape } from '@dl/core'
import { add, mul, ones, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core'
import { checkEps, checkFloat, checkNumbers, checkSizes, checkTensor } from './checks'
import { Module } from './module'
import { withDefaults } from './options'
import { standardize } from './standardize'

export interface LayerNormOptions {
  /** Added to the variance (default 1e-5). */
  eps?: number
  /** Whether to scale and shift by learnt values (default true). */
  affine?: boolean
}

/** What {@link layerNorm} takes. */
export interface LayerNormInputs {
  /** What the normalised values are multiplied with, in the shape of the last axes (default: nothing). */
  gamma?: Tensor
  /** What is added then (default: nothing). */
  beta?: Tensor
  /** Added to the variance (default 1e-5). */
  eps?: number
}

/**
 * Gives each item mean 0 and variance 1 over its last `axes` axes, then scales and shifts it.
 *
 * @param x float32 of any shape
 * @param axes how many of the last axes belong together (default 1)
 * @throws DlError `bad-option` for more axes than x has; `shape-mismatch`, `bad-dtype`
 *
 * @example
 * ```ts
 * import { layerNorm } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([[1, 3], [10, 30]])
 * const y = layerNorm(x, 1, { eps: 0 })
 * Array.from(await y.data(), value => value.toFixed(2)).join() // → -1.00,1.00,-1.00,1.00
 * x.dispose()
 * y.dispose()
 * ```
 */
export function layerNorm(x: Tensor, axes = 1, inputs: LayerNormInputs = {}): Tensor {
  const { gamma, beta, eps } = withDefaults('layerNorm', inputs, {
    gamma: undefined,
    beta: undefined,
    eps: 1e-5,
  })
  checkEps('layerNorm', eps)
  checkFloat('layerNorm', x)
  checkNumbers('layerNorm', { axes }, `an integer from 1 to ${x.rank}`, n => {
    return Number.isInteger(n) && n >= 1 && n <= x.rank
  })
  const own = x.shape.slice(-axes)
  for (const [name, t] of Object.entries({ gamma, beta })) {
    if (t === undefined) continue
    checkTensor(`layerNorm's ${name}`, t)
    if (sameShape(t.shape, own)) continue
    throw new DlError('shape-mismatch', {
      problem: `layerNorm got ${name} of shape ${showShape(t.shape)}`,
      expected: `${showShape(own)}, that of the last axes`,
    })
  }
  return tidy(() => {
    const last = Array.from({ length: axes }, (_, i) => x.rank - axes + i)
    const normal = standardize(x, last, eps)
    const scaled = gamma ? mul(normal, gamma) : normal
    return beta ? add(scaled, beta) : scaled
  })
}

/**
 * Layer normalisation (Ba et al., 2016): each item by its own mean and variance, the same in
 * training and evaluation.
 *
 * @example
 * ```ts
 * import { LayerNorm } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const norm = new LayerNorm(8)
 * const x = ones([2, 3, 8])
 * const y = norm.call(x)
 * y.shape // → 2,3,8
 * for (const owner of [x, y, norm]) owner.dispose()
 * ```
 */
export class LayerNorm extends Module {
  readonly shape: readonly number[]
  readonly weight: Parameter | null
  readonly bias: Parameter | null
  readonly #eps: number

  /** @param shape of the last axes, those to normalise over */
  constructor(shape: number | readonly number[], options: LayerNormOptions = {}) {
    super()
    const { eps, affine } = withDefaults('LayerNorm', options, { eps: 1e-5, affine: true })
    this.shape = [shape].flat()
    checkSizes('LayerNorm', { dimensions: this.shape.length })
    this.shape.forEach((size, i) => {
      checkSizes('LayerNorm', { [`shape[${i}]`]: size })
    })
    checkEps('LayerNorm', eps)
    this.#eps = eps
    this.weight = affine ? new Parameter(() => ones([...this.shape])) : null
    this.bias = affine ? new Parameter(() => zeros([...this.shape])) : null
  }

  forward(x: Tensor): Tensor {
    const axes = this.shape.length
    checkTensor('LayerNorm', x)
    if (!sameShape(x.shape.slice(-axes), this.shape)) {
      throw new DlError('shape-mismatch', {
        problem: `LayerNorm got an input of shape ${showShape(x.shape)}`,
        expected: `last dimensions of ${showShape([...this.shape])}`,
      })
    }
    return layerNorm(x, axes, {
      ...(this.weight && { gamma: this.weight.value }),
      ...(this.bias && { beta: this.bias.value }),
      eps: this.#eps,
    })
  }

  override describe(): string {
    return `${this.shape.join(', ')}${this.weight ? '' : ', affine=false'}`
  }
}
