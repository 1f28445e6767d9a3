/** What group and instance norms share. */
import { DlError, Parameter } from '@dl/core'
import { ones, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { checkEps, checkSizes } from './checks'
import { Module } from './module'
import { withDefaults } from './options'

export interface GroupNormOptions {
  /** Added to the variance (default 1e-5). */
  eps?: number
  /** Whether to scale and shift by learnt values (default true; false for instance norms, as in PyTorch). */
  affine?: boolean
}

/** Complains about groups that do not divide the channels. */
export function checkDivisor(name: string, groups: number, channels: number): void {
  checkSizes(name, { groups })
  if (channels % groups === 0) return
  throw new DlError('bad-option', {
    problem: `${name} got ${groups} groups for ${channels} channels`,
    expected: 'a number that divides the channels',
  })
}

export abstract class ChannelNorm extends Module {
  readonly weight: Parameter | null
  readonly bias: Parameter | null
  protected readonly eps: number

  protected constructor(
    readonly groups: number,
    readonly channels: number,
    options: GroupNormOptions,
    private readonly affine: boolean,
  ) {
    super()
    const name = new.target.name
    const { eps, ...other } = withDefaults(name, options, { eps: 1e-5, affine })
    checkSizes(name, { channels })
    checkDivisor(name, groups, channels)
    checkEps(name, eps)
    this.eps = eps
    this.weight = other.affine ? new Parameter(() => ones([channels])) : null
    this.bias = other.affine ? new Parameter(() => zeros([channels])) : null
  }

  /** What the function behind takes. */
  protected get inputs(): { gamma?: Tensor; beta?: Tensor; eps: number } {
    return {
      ...(this.weight && { gamma: this.weight.value }),
      ...(this.bias && { beta: this.bias.value }),
      eps: this.eps,
    }
  }

  override describe(): string {
    const affine = this.weight !== null
    return [
      ...(this.groups === this.channels ? [] : [this.groups]),
      this.channels,
      ...(this.eps === 1e-5 ? [] : [`eps=${this.eps}`]),
      ...(affine === this.affine ? [] : [`affine=${affine}`]),
    ].join(', ')
  }
}
