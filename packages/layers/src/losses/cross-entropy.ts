/** Softmax cross-entropy with all that PyTorch's takes; the plain one is @dl/core's single kernel. */
import { DlError, crossEntropy as plain, sameShape } from '@dl/core'
import {
  add,
  cast,
  logSoftmax,
  mul,
  neg,
  reshape,
  sum,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { checkFloat, checkNumbers, checkShare, checkTensor } from '../checks'
import { withDefaults } from '../options'
import { checkLabels } from './checks'
import { counted, hotRows, weightedMean, weightsOf } from './class-weights'
import type { NllOptions } from './nll'
import { checkReduction, reduced } from './reduction'

export interface CrossEntropyOptions extends NllOptions {
  /** The share of each target that is spread over all classes (default 0; Szegedy et al., 2016). */
  labelSmoothing?: number
}

/**
 * The cross-entropy between `logits` and labels, or probabilities of classes:
 * `torch.nn.functional.cross_entropy`. Any number of leading dimensions. To train with options, wrap
 * it: `(y, t) => crossEntropy(y, t, { labelSmoothing: 0.1 })`.
 *
 * @param logits float32 […, C], unnormalised
 * @param targets int32 […], each from 0 to C − 1, or float32 […, C], the probability of each class
 * @returns a scalar, or […] for reduction 'none'. The mean of labels is divided by the sum of their
 *   weights, that of probabilities by the number of rows, as in PyTorch
 * @throws DlError `shape-mismatch`, `bad-option`; `bad-label` for a label outside the classes, on
 *   backends that see values at once (elsewhere the loss is NaN)
 *
 * @example
 * ```ts
 * import { crossEntropy } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const logits = tensor([[2, 0], [0, 2]])
 * const labels = tensor([0, 0], [2], 'int32')
 * const loss = crossEntropy(logits, labels, { weight: [3, 1], labelSmoothing: 0.1 })
 * const value = (await loss.data())[0]!.toFixed(4) // → 1.0894
 * const soft = tensor([[0.9, 0.1], [0.5, 0.5]])
 * const mixed = crossEntropy(logits, soft)
 * const other = (await mixed.data())[0]!.toFixed(4) // → 0.7269
 * for (const t of [logits, labels, loss, soft, mixed]) t.dispose()
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const name = 'crossEntropy'
  const complete = withDefaults(name, options, {
    weight: undefined,
    labelSmoothing: 0,
    ignoreIndex: -100,
    reduction: 'mean',
  })
  const { weight, labelSmoothing, ignoreIndex, reduction } = complete
  checkReduction(name, reduction)
  checkShare(name, { labelSmoothing })
  checkNumbers(name, { ignoreIndex }, 'an integer', Number.isInteger)
  checkTensor(name, logits)
  checkTensor(name, targets)
  if (targets.dtype === 'float32' && sameShape(targets.shape, logits.shape)) {
    return ofProbabilities(logits, targets, options)
  }
  checkLabels(name, logits, targets, 'logits')
  if (weight === undefined && labelSmoothing === 0) {
    return plain(logits, targets, { reduction, ignoreIndex })
  }
  const classes = logits.shape.at(-1)!
  return tidy(() => {
    const [rows, ids] = [reshape(logits, [-1, classes]), reshape(targets, [-1])]
    const classWeights = weight && weightsOf(name, weight, classes)
    const count = counted(ids, ignoreIndex)
    const weights = classWeights
      ? mul(count, sum(mul(cast(hotRows(ids, classes), 'float32'), classWeights), -1))
      : count
    const own = mul(weights, plain(rows, ids, { reduction: 'none', ignoreIndex }))
    const each = labelSmoothing > 0 ? smoothed(own) : own
    if (reduction === 'none') return reshape(each, targets.shape)
    return reduction === 'sum' ? sum(each) : weightedMean(each, weights)

    function smoothed(losses: Tensor): Tensor {
      const logProbs = logSoftmax(rows)
      const all = neg(sum(classWeights ? mul(logProbs, classWeights) : logProbs, -1))
      const spread = where(cast(count, 'bool'), all, zerosLike(all))
      return add(mul(losses, 1 - labelSmoothing), mul(spread, labelSmoothing / classes))
    }
  })
}

function ofProbabilities(logits: Tensor, targets: Tensor, options: CrossEntropyOptions): Tensor {
  const name = 'crossEntropy'
  const { weight, labelSmoothing = 0, ignoreIndex, reduction = 'mean' } = options
  checkFloat(name, logits, 'logits')
  if (ignoreIndex !== undefined) {
    throw new DlError('bad-option', {
      problem: `${name} got ignoreIndex ${ignoreIndex} with probabilities for targets`,
      expected: 'it with labels only',
      fix: 'Rows of zeros count for nothing.',
    })
  }
  const classes = logits.shape.at(-1)!
  return tidy(() => {
    const probabilities =
      labelSmoothing > 0 ? add(mul(targets, 1 - labelSmoothing), labelSmoothing / classes) : targets
    const shares = weight ? mul(probabilities, weightsOf(name, weight, classes)) : probabilities
    return reduced(neg(sum(mul(shares, logSoftmax(logits)), -1)), reduction)
  })
}
