/**
 * The cross-entropy of yes-or-no questions, as one kernel forward and one backward.
 *
 * softplus(x) − x·t has no digits where a prediction is sure and right. So the loss is
 * |x|·(share of the wrong side) + log1p(e^−|x|), two terms that are never negative.
 */
import {
  abs,
  add,
  cast,
  div,
  equal,
  exp,
  greater,
  log1p,
  mul,
  neg,
  sub,
  sum,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { check } from '../checks'
import { DlError, showShape } from '../errors'
import { defineFusedKernel } from '../fused/define'
import { checkOptions } from '../options'
import { sameShape } from '../same-shape'
import { checkReduction, type Reduction } from './reduction'

const forward = defineFusedKernel({
  name: 'DlBinaryCrossEntropy',
  composed({ logits, targets }) {
    const size = abs(logits!)
    const wrong = where(greater(logits!, 0), sub(1, targets!), targets!)
    // an infinite logit on the right side costs nothing, where ∞ · 0 is NaN
    const far = where(equal(wrong, 0), zerosLike(size), mul(size, wrong))
    return [add(far, log1p(exp(neg(size))))]
  },
  gradient: {
    inputsToSave: ['logits', 'targets'],
    grads: ([dy], [logits, targets]) => ({
      logits: () => backward({ logits: logits!, targets: targets!, dy: dy! }, {})[0]!,
      targets: () => mul(neg(logits!), dy!),
    }),
  },
})

const backward = defineFusedKernel({
  name: 'DlBinaryCrossEntropyGrad',
  composed({ logits, targets, dy }) {
    // σ(−|x|): σ(x) − t near σ = t = 1 has no digits, but (1 − t) − σ(−x) has
    const power = exp(neg(abs(logits!)))
    const small = div(power, add(power, 1))
    const slope = where(greater(logits!, 0), sub(sub(1, targets!), small), sub(small, targets!))
    return [mul(slope, dy!)]
  },
})

export interface BinaryCrossEntropyOptions {
  /** What becomes of the single losses (default 'mean'). */
  reduction?: Reduction
}

/**
 * The cross-entropy of independent yes-or-no questions, from scores before the sigmoid: for items
 * that may have several labels. `torch.nn.functional.binary_cross_entropy_with_logits`; losses and
 * gradients near 0 keep all their digits.
 *
 * @param logits float32 of any shape
 * @param targets of the same shape: 1 for each label an item has, else 0, or between
 * @returns a scalar, or the shape of the logits for reduction 'none'
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { binaryCrossEntropy } from '@dl/core'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [logits, targets] = [tensor([[0, 100]]), tensor([[1, 1]])]
 * const loss = binaryCrossEntropy(logits, targets)
 * const [value] = await loss.data()
 * value!.toFixed(4) // → 0.3466
 * for (const t of [logits, targets, loss]) t.dispose()
 * ```
 */
export function binaryCrossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: BinaryCrossEntropyOptions = {},
): Tensor {
  const { reduction = 'mean' } = checkOptions('binaryCrossEntropy', options, ['reduction'])
  check('binaryCrossEntropy', 'a tensor', { logits, targets })
  checkReduction('binaryCrossEntropy', reduction)
  if (!sameShape(logits.shape, targets.shape)) {
    throw new DlError('shape-mismatch', {
      problem: `binaryCrossEntropy got logits of shape ${showShape(logits.shape)} and targets of ${showShape(targets.shape)}`,
      expected: 'one target for each logit',
    })
  }
  if (logits.dtype !== 'float32') {
    throw new DlError('bad-dtype', {
      problem: `binaryCrossEntropy got logits of ${logits.dtype}`,
      expected: 'float32, scores before the sigmoid',
    })
  }
  return tidy(() => {
    const losses = forward({ logits, targets: cast(targets, 'float32') }, {})[0]!
    if (reduction === 'none') return losses
    // not mean(), which is 0 for nothing where PyTorch's is NaN
    return reduction === 'sum' ? sum(losses) : mul(sum(losses), 1 / losses.size)
  })
}
