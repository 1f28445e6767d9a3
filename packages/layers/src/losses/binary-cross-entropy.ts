/** Cross-entropy of yes-or-no questions with all that PyTorch's takes; the plain one is @dl/core's. */
import { DlError, binaryCrossEntropy as plain, showShape } from '@dl/core'
import { add, mul, onesLike, sub, type Tensor, tidy, zerosLike } from '@tensorflow/tfjs-core'
import { withDefaults } from '../options'
import { checkAlike } from './checks'
import { type ClassWeights, weightsOf } from './class-weights'
import { checkReduction, type LossOptions, reduced } from './reduction'

export interface BinaryCrossEntropyOptions extends LossOptions {
  /**
   * How much a yes counts, a number or one for each label, [C] (default 1): more than 1 finds more
   * of what is rare, at the price of more false alarms.
   */
  posWeight?: number | ClassWeights
}

/**
 * The cross-entropy of independent yes-or-no questions, from scores before the sigmoid: for items
 * that may have several labels. `torch.nn.functional.binary_cross_entropy_with_logits`; losses and
 * gradients near 0 keep all their digits. To train with options, wrap it:
 * `(y, t) => binaryCrossEntropy(y, t, { posWeight: 3 })`.
 *
 * @param logits float32 of any shape
 * @param targets of the same shape: 1 for each label an item has, else 0, or between
 * @returns a scalar, or the shape of the logits for reduction 'none'
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { binaryCrossEntropy } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [logits, targets] = [tensor([[0, 100]]), tensor([[1, 1]])]
 * const loss = binaryCrossEntropy(logits, targets, { posWeight: [2, 1] })
 * const [value] = await loss.data()
 * value!.toFixed(4) // → 0.6931
 * for (const t of [logits, targets, loss]) t.dispose()
 * ```
 */
export function binaryCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const name = 'binaryCrossEntropy'
  const { posWeight, reduction } = withDefaults(name, options, {
    posWeight: undefined,
    reduction: 'mean',
  })
  checkReduction(name, reduction)
  checkAlike(name, logits, targets, 'logits')
  if (posWeight === undefined) return plain(logits, targets, { reduction })
  const labels = logits.shape.at(-1)
  if (labels === undefined) {
    throw new DlError('shape-mismatch', {
      problem: `${name} got posWeight for logits of shape ${showShape(logits.shape)}`,
      expected: '[…, labels]',
    })
  }
  return tidy(() => {
    const each = typeof posWeight === 'number' ? Array(labels).fill(posWeight) : posWeight
    const weight = weightsOf(name, each, labels)
    const no = plain(logits, zerosLike(logits), { reduction: 'none' })
    const yes = plain(logits, onesLike(logits), { reduction: 'none' })
    return reduced(add(mul(sub(1, targets), no), mul(mul(targets, weight), yes)), reduction)
  })
}
