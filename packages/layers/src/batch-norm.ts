/**
 * Batch normalisation (Ioffe and Szegedy, 2015) with PyTorch's running statistics and fast.ai's rule
 * for frozen layers, which stands here and nowhere else: a batch's own statistics are used, and the
 * running ones updated, only while the layer is in training mode, is trainable (see
 * `Module.freeze`) and is not pinned (see `bnFreeze`). Else the running ones are used and kept.
 * Scale and shift learn whenever their parameters are trainable, pinned or not.
 */
import { Buffer, batchNorm, batchNormInference, DlError, Parameter, showShape } from '@dl/core'
import { add, div, mul, ones, scalar, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { checkEps, checkMaps, checkNumbers, checkSizes, checkWidth } from './checks'
import { type AnyModule, Module } from './module'
import { withDefaults } from './options'

export interface BatchNormLayerOptions {
  /** Added to the variance (default 1e-5). */
  eps?: number
  /** Weight of a new batch in the running statistics (default 0.1); null takes the mean of all batches. */
  momentum?: number | null
  /** Whether to scale and shift by learnt values (default true). */
  affine?: boolean
}

abstract class BatchNorm extends Module {
  readonly weight: Parameter | null
  readonly bias: Parameter | null
  readonly running_mean: Buffer
  /** Unbiased, as PyTorch's. */
  readonly running_var: Buffer
  /** How many batches there were, where `momentum` is null. */
  readonly num_batches_tracked: Buffer | null
  /** Keeps to the running statistics whatever the mode; see `bnFreeze`. */
  pinned = false
  readonly #eps: number
  readonly #momentum: number | null

  /** @param features channels, the last axis */
  constructor(
    readonly features: number,
    options: BatchNormLayerOptions = {},
  ) {
    super()
    const name = new.target.name
    const { eps, momentum, affine } = withDefaults(name, options, {
      eps: 1e-5,
      momentum: 0.1,
      affine: true,
    })
    checkSizes(name, { features })
    checkEps(name, eps)
    checkNumbers(name, { momentum: momentum ?? 0 }, 'a number from 0 to 1, or null', value => {
      return value >= 0 && value <= 1
    })
    this.#eps = eps
    this.#momentum = momentum
    this.weight = affine ? new Parameter(() => ones([features])) : null
    this.bias = affine ? new Parameter(() => zeros([features])) : null
    this.running_mean = new Buffer(() => zeros([features]))
    this.running_var = new Buffer(() => ones([features]))
    this.num_batches_tracked = momentum === null ? new Buffer(() => scalar(0)) : null
  }

  protected abstract check(x: Tensor): void

  forward(x: Tensor): Tensor {
    this.check(x)
    const options = { gamma: this.weight?.value, beta: this.bias?.value, eps: this.#eps }
    // an empty batch tells nothing and changes nothing, as in PyTorch
    if (!this.training || !this.trainable || this.pinned || x.size === 0) {
      const running = { mean: this.running_mean.value, variance: this.running_var.value }
      return batchNormInference(x, running, options)
    }
    const { output, mean, variance } = batchNorm(x, options)
    const values = x.size / this.features
    this.#update(mean, variance, values / (values - 1))
    return output
  }

  /** Not as old + (new − old) · weight: of a small new value beside a large old one few digits stay. */
  #update(mean: Tensor, variance: Tensor, unbias: number): void {
    const [kept, weight] = this.#shares()
    const towards = (buffer: Buffer, now: () => Tensor) =>
      buffer.write(() => add(mul(buffer.value, kept), mul(now(), weight)))
    towards(this.running_mean, () => mean)
    towards(this.running_var, () => mul(variance, unbias))
  }

  /** What the old statistics and the new ones are of the next. */
  #shares(): [kept: number | Tensor, weight: number | Tensor] {
    const { num_batches_tracked: batches } = this
    if (batches === null) return [1 - this.#momentum!, this.#momentum!]
    const count = add(batches.value, 1)
    const shares: [Tensor, Tensor] = [div(batches.value, count), div(1, count)]
    batches.write(count)
    return shares
  }

  override describe(): string {
    const momentum = this.#momentum
    const shown = [
      String(this.features),
      this.#eps !== 1e-5 && `eps=${this.#eps}`,
      momentum !== 0.1 && `momentum=${momentum}`,
      this.weight === null && 'affine=false',
    ]
    return shown.filter(part => part !== false).join(', ')
  }
}

/**
 * Batch normalisation of features [N, C] or sequences [T, N, C].
 *
 * @example
 * ```ts
 * import { BatchNorm1d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const norm = new BatchNorm1d(1)
 * const x = tensor([[1], [3]])
 * const y = norm.call(x)
 * const [first] = await y.data()
 * first!.toFixed(3) // → -1.000
 * String(await norm.running_var.value.data()) // → 1.100000023841858
 * for (const owner of [x, y, norm]) owner.dispose()
 * ```
 */
export class BatchNorm1d extends BatchNorm {
  protected check(x: Tensor): void {
    checkWidth('BatchNorm1d', x, this.features)
    if (x.rank === 2 || x.rank === 3) return
    throw new DlError('shape-mismatch', {
      problem: `BatchNorm1d got an input of shape ${showShape(x.shape)}`,
      expected: `[batch, ${this.features}] or [time, batch, ${this.features}]`,
    })
  }
}

/**
 * Batch normalisation of maps [N, H, W, C], one mean and variance a channel.
 *
 * @example
 * ```ts
 * import { BatchNorm2d } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const norm = new BatchNorm2d(3).eval()
 * const x = ones([2, 4, 4, 3])
 * const y = norm.call(x)
 * y.shape // → 2,4,4,3
 * for (const owner of [x, y, norm]) owner.dispose()
 * ```
 */
export class BatchNorm2d extends BatchNorm {
  protected check(x: Tensor): void {
    checkMaps('BatchNorm2d', x, this.features)
  }
}

/**
 * Pins all batch norms at and below a module to their running statistics, trainable or not: for
 * fine-tuning with batches too small, or too unlike the old ones, to measure anything by. fast.ai's
 * `learn.bn_freeze(True)`.
 *
 * @param on false lets them follow mode and trainability again
 *
 * @example
 * ```ts
 * import { BatchNorm1d, bnFreeze } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const norm = new BatchNorm1d(2)
 * bnFreeze(norm)
 * const x = ones([4, 2])
 * norm.call(x).dispose()
 * String(await norm.running_mean.value.data()) // → 0,0
 * x.dispose()
 * norm.dispose()
 * ```
 */
export function bnFreeze(module: AnyModule, on = true): void {
  for (const [, part] of module.namedModules()) {
    // by what it has, so that layers of another copy of this package count
    if ('running_mean' in part) (part as BatchNorm).pinned = on
  }
}
