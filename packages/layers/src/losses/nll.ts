import {
  any,
  cast,
  equal,
  logicalOr,
  mul,
  neg,
  reshape,
  scalar,
  sum,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { checkNumbers } from '../checks'
import { withDefaults } from '../options'
import { checkLabels } from './checks'
import { type ClassWeights, counted, hotRows, weightedMean, weightsOf } from './class-weights'
import { checkReduction, type LossOptions } from './reduction'

export interface NllOptions extends LossOptions {
  /** How much each class counts (default: all alike). A mean is divided by the sum of the weights. */
  weight?: ClassWeights
  /** Rows with this label count for nothing (default -100, as in PyTorch). */
  ignoreIndex?: number
}

/**
 * The negative log-likelihood of labels, for a model that ends with LogSoftmax:
 * `torch.nn.functional.nll_loss`. Any number of leading dimensions.
 *
 * @param logProbs float32 […, C], log-probabilities
 * @param labels int32 […], each from 0 to C − 1; the loss of one outside is NaN
 * @returns a scalar, or […] for reduction 'none'
 * @throws DlError `shape-mismatch`, `bad-option`
 *
 * @example
 * ```ts
 * import { nll } from '@dl/layers'
 * import { logSoftmax, tensor, tidy } from '@tensorflow/tfjs-core'
 *
 * const loss = tidy(() => nll(logSoftmax(tensor([[0, 0], [9, 9]])), tensor([0, 1], [2], 'int32')))
 * const value = (await loss.data())[0]!.toFixed(4) // → 0.6931
 * loss.dispose()
 * ```
 */
export function nll(logProbs: Tensor, labels: Tensor, options: NllOptions = {}): Tensor {
  const { weight, ignoreIndex, reduction } = withDefaults('nll', options, {
    weight: undefined,
    ignoreIndex: -100,
    reduction: 'mean',
  })
  checkReduction('nll', reduction)
  checkNumbers('nll', { ignoreIndex }, 'an integer', Number.isInteger)
  checkLabels('nll', logProbs, labels, 'logProbs')
  const classes = logProbs.shape.at(-1)!
  return tidy(() => {
    const [rows, ids] = [reshape(logProbs, [-1, classes]), reshape(labels, [-1])]
    const hot = hotRows(ids, classes)
    const share = counted(ids, ignoreIndex)
    const weights = weight
      ? mul(share, sum(mul(cast(hot, 'float32'), weightsOf('nll', weight, classes)), -1))
      : share
    // chosen, not multiplied by 0 and 1: log-probabilities may be −∞
    const picked = neg(sum(where(hot, rows, zerosLike(rows)), -1))
    const known = logicalOr(any(hot, -1), equal(ids, scalar(ignoreIndex, 'int32')))
    const each = where(equal(share, 0), zerosLike(picked), mul(weights, picked))
    const honest = where(known, each, scalar(Number.NaN))
    if (reduction === 'none') return reshape(honest, labels.shape)
    return reduction === 'sum' ? sum(honest) : weightedMean(honest, weights)
  })
}
