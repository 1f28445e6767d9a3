/**
 * Mixup (Zhang et al., arXiv:1710.09412): a net learns from blends of two pictures, and to answer
 * with blends of two labels.
 */
import type { Callback } from '@dl/callbacks'
import {
  checkOptions,
  crossEntropy,
  DlError,
  defaultGenerator,
  type Generator,
  type RandomState,
  showShape,
} from '@dl/core'
import {
  add,
  gather,
  mean,
  mul,
  reshape,
  sub,
  type Tensor,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { symmetricBeta } from './beta'

export interface MixupOptions {
  /** Of the Beta distribution; larger blends more (default 0.4). */
  alpha?: number
  /** Draws shares and partners (default: a fork of the default generator). */
  generator?: Generator
  /** With integer labels: the loss of each item (default `crossEntropy`, for logits and log-softmax). */
  loss?: (output: Tensor, labels: Tensor) => Tensor
}

/** What the items of a batch were blended with. */
interface Blend {
  /** The share of the item itself. */
  readonly shares: readonly number[]
  readonly partners: Int32Array
}

/**
 * Blends each training picture with another of its batch: λ·x + (1 − λ)·x', where λ = max(β, 1 − β)
 * and β is drawn for each picture from Beta(alpha, alpha), so that its own label has the larger
 * share. The loss becomes λ·L(label) + (1 − λ)·L(label'). Float targets (multi-hot) are blended
 * themselves, and the learner's own loss stays. The training loss that is shown is the one against
 * the label with the larger share.
 *
 * @throws DlError `bad-option`; while it runs, `bad-batch`
 *
 * @example
 * ```ts
 * import { Generator } from '@dl/core'
 * import { mixup } from '@dl/vision'
 *
 * const callback = mixup({ alpha: 0.4, generator: new Generator(1) })
 * // await learn.fit(0.01, 3, { callbacks: [callback] })
 * callback.name // → mixup
 * ```
 */
export function mixup(options: MixupOptions = {}): Callback {
  const {
    alpha = 0.4,
    generator = defaultGenerator().fork('mixup'),
    loss = perItem,
  } = checkOptions('mixup', options, ['alpha', 'generator', 'loss'])
  if (!(alpha > 0 && Number.isFinite(alpha))) {
    throw new DlError('bad-option', {
      problem: `mixup got alpha ${alpha}`,
      expected: 'a finite number above 0',
    })
  }
  let blend: Blend | null = null

  return {
    name: 'mixup',
    // its loss takes the place of the one before; what others add must come after
    order: -20,

    transformBatch(batch) {
      const { inputs, target } = batch
      const items = checkBatch(inputs, target)
      const shares = Array.from({ length: items }, () => {
        const beta = symmetricBeta(generator, alpha)
        return Math.max(beta, 1 - beta)
      })
      const now: Blend = { shares, partners: generator.permutation(items) }
      const isHard = target.dtype === 'int32'
      blend = isHard ? now : null
      return {
        ...batch,
        inputs: inputs.map(input => blended(input, now)),
        target: isHard ? target : blended(target, now),
      }
    },

    transformLoss(value, _, { output, target }) {
      if (blend === null) return value
      const { shares, partners } = blend
      blend = null
      const own = loss(output, target)
      const others = loss(output, gather(target, partners))
      checkLoss(own, shares.length)
      return mean(mixed(own, others, tensor([...shares])))
    },

    state: () => generator.state(),
    restore: state => generator.restore(state as RandomState),
  }
}

const perItem = (output: Tensor, labels: Tensor): Tensor =>
  crossEntropy(output, labels, { reduction: 'none' })

const mixed = (own: Tensor, others: Tensor, share: Tensor): Tensor =>
  add(mul(own, share), mul(others, sub(1, share)))

function blended(x: Tensor, { shares, partners }: Blend): Tensor {
  return tidy(() => {
    const rows = reshape(x, [shares.length, -1])
    const share = tensor([...shares], [shares.length, 1])
    return reshape(mixed(rows, gather(rows, partners), share), x.shape)
  })
}

function checkBatch(inputs: readonly Tensor[], target: Tensor): number {
  const items = target.shape[0]
  const odd = inputs.find(({ dtype, shape }) => dtype !== 'float32' || shape[0] !== items)
  if (items !== undefined && inputs.length > 0 && odd === undefined) return items
  const shown = odd ? `${odd.dtype} inputs ${showShape(odd.shape)}` : `${inputs.length} inputs`
  throw new DlError('bad-batch', {
    problem: `mixup got ${shown} and a target ${showShape(target.shape)}`,
    expected: 'float32 inputs with a row for each row of the target',
  })
}

function checkLoss({ shape }: Tensor, items: number): void {
  if (shape.length === 1 && shape[0] === items) return
  throw new DlError('bad-batch', {
    problem: `mixup's loss has the shape ${showShape(shape)}`,
    expected: `[${items}], a loss for each item`,
    fix: "Leave out the reduction: crossEntropy(output, labels, { reduction: 'none' }).",
  })
}
