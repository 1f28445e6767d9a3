/** Normalisation of each item by groups of its channels. */
import { DlError, showShape } from '@dl/core'
import {
  add,
  mean,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  type Tensor,
  tidy,
  util,
} from '@tensorflow/tfjs-core'
import { ChannelNorm, checkDivisor, type GroupNormOptions } from './channel-norm'
import { checkEps, checkFloat, checkTensor } from './checks'
import { withDefaults } from './options'

/** What {@link groupNorm} takes. */
export interface GroupNormInputs {
  /** What the normalised values are multiplied with, [C] (default: nothing). */
  gamma?: Tensor
  /** What is added then, [C] (default: nothing). */
  beta?: Tensor
  /** Added to the variance (default 1e-5). */
  eps?: number
}

/**
 * Gives each group of channels of each item mean 0 and variance 1, then scales and shifts each
 * channel: `torch.nn.functional.group_norm`, channels last.
 *
 * @param x float32 [N, …, C]
 * @param groups a divisor of C; as many as channels for an instance norm, 1 for all together
 * @throws DlError `bad-option`, `shape-mismatch`, `bad-dtype`
 *
 * @example
 * ```ts
 * import { groupNorm } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([[1, 3, 10, 30]])
 * const y = groupNorm(x, 2, { eps: 0 })
 * Array.from(await y.data(), value => value.toFixed(2)).join() // → -1.00,1.00,-1.00,1.00
 * x.dispose()
 * y.dispose()
 * ```
 */
export function groupNorm(x: Tensor, groups: number, inputs: GroupNormInputs = {}): Tensor {
  const name = 'groupNorm'
  const { gamma, beta, eps } = withDefaults(name, inputs, {
    gamma: undefined,
    beta: undefined,
    eps: 1e-5,
  })
  checkEps(name, eps)
  checkFloat(name, x)
  const channels = x.shape.at(-1) ?? 0
  if (x.rank < 2) {
    throw new DlError('shape-mismatch', {
      problem: `${name} got an input of shape ${showShape(x.shape)}`,
      expected: '[batch, …, channels]',
    })
  }
  checkDivisor(name, groups, channels)
  for (const [what, t] of Object.entries({ gamma, beta })) {
    if (t === undefined) continue
    checkTensor(`${name}'s ${what}`, t)
    if (t.rank === 1 && t.size === channels) continue
    throw new DlError('shape-mismatch', {
      problem: `${name} got ${what} of shape ${showShape(t.shape)}`,
      expected: `[${channels}], one for each channel`,
    })
  }
  return tidy(() => {
    const places = util.sizeFromShape(x.shape.slice(1, -1))
    const grouped = reshape(x, [x.shape[0]!, places, groups, channels / groups])
    const nearly = sub(grouped, mean(grouped, [1, 3], true))
    // once more: a mean of 1000 has no digits for what lies behind the fourth place
    const centred = sub(nearly, mean(nearly, [1, 3], true))
    const variance = mean(square(centred), [1, 3], true)
    const normal = reshape(mul(centred, rsqrt(add(variance, eps))), x.shape)
    const scaled = gamma ? mul(normal, gamma) : normal
    return beta ? add(scaled, beta) : scaled
  })
}

/**
 * Group normalisation (Wu and He, 2018) of [N, …, channels]: the same in training and evaluation, and
 * for batches of any size.
 *
 * @example
 * ```ts
 * import { GroupNorm } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const norm = new GroupNorm(4, 32)
 * const x = ones([1, 8, 8, 32])
 * const y = norm.call(x)
 * y.shape // → 1,8,8,32
 * for (const owner of [x, y, norm]) owner.dispose()
 * ```
 */
export class GroupNorm extends ChannelNorm {
  /**
   * @param groups how many groups the channels are divided into
   * @param channels the last axis
   */
  constructor(groups: number, channels: number, options: GroupNormOptions = {}) {
    super(groups, channels, options, true)
  }

  forward(x: Tensor): Tensor {
    checkTensor('GroupNorm', x)
    if (x.rank >= 2 && x.shape.at(-1) === this.channels) {
      return groupNorm(x, this.groups, this.inputs)
    }
    throw new DlError('shape-mismatch', {
      problem: `GroupNorm got an input of shape ${showShape(x.shape)}`,
      expected: `[batch, …, ${this.channels}]`,
    })
  }

  override describe(): string {
    const shown = super.describe()
    return this.groups === this.channels ? `${this.groups}, ${shown}` : shown
  }
}
