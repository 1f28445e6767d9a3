import { DlError, showShape } from '@dl/core'
import { mean, mul, softplus, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'

/**
 * The mean cross-entropy of independent yes-or-no questions, from scores before the sigmoid: for
 * items that may have several labels. `torch.nn.functional.binary_cross_entropy_with_logits`.
 *
 * @param logits float32 [N, C]
 * @param targets float32 [N, C], 1 for each label an item has, else 0
 * @returns a scalar
 * @throws DlError `shape-mismatch`
 *
 * @example
 * ```ts
 * import { binaryCrossEntropy } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [logits, targets] = [tensor([[0, 100]]), tensor([[1, 1]])]
 * const loss = binaryCrossEntropy(logits, targets)
 * const [value] = await loss.data()
 * value!.toFixed(4) // → 0.3466
 * for (const t of [logits, targets, loss]) t.dispose()
 * ```
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  if (showShape(logits.shape) !== showShape(targets.shape)) {
    throw new DlError('shape-mismatch', {
      problem: `binaryCrossEntropy got logits of shape ${showShape(logits.shape)} and targets of ${showShape(targets.shape)}`,
      expected: 'one target for each logit',
    })
  }
  return tidy(() => mean(sub(softplus(logits), mul(logits, targets))))
}
