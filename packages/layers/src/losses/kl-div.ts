import {
  div,
  exp,
  greater,
  log,
  mul,
  onesLike,
  sub,
  sum,
  type Tensor,
  tidy,
  where,
} from '@tensorflow/tfjs-core'
import { checkChoice } from '../checks'
import { withDefaults } from '../options'
import { checkAlike } from './checks'
import { type Reduction, reduced } from './reduction'

export interface KlDivOptions {
  /**
   * As elsewhere, or 'batchMean', the sum over the size of the first axis, which is the divergence's
   * definition (default 'mean', as in PyTorch: over all values, smaller by the number of classes).
   */
  reduction?: Reduction | 'batchMean'
  /** Whether targets are log-probabilities, too (default false). */
  logTarget?: boolean
}

/**
 * The Kullback-Leibler divergence, Σ t · (log t − output): `torch.nn.functional.kl_div`.
 *
 * @param logProbs float32 of any shape, log-probabilities
 * @param target of the same shape, probabilities
 * @returns a scalar; in the shape of the input for reduction 'none'
 * @throws DlError `shape-mismatch`, `bad-option`
 *
 * @example
 * ```ts
 * import { klDiv } from '@dl/layers'
 * import { log, tensor, tidy } from '@tensorflow/tfjs-core'
 *
 * const loss = tidy(() => {
 *   return klDiv(log(tensor([[0.5, 0.5]])), tensor([[1, 0]]), { reduction: 'batchMean' })
 * })
 * const value = (await loss.data())[0]!.toFixed(4) // → 0.6931
 * loss.dispose()
 * ```
 */
export function klDiv(logProbs: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction, logTarget } = withDefaults('klDiv', options, {
    reduction: 'mean',
    logTarget: false,
  })
  checkChoice('klDiv', 'reduction', reduction, ['mean', 'sum', 'none', 'batchMean'])
  checkAlike('klDiv', logProbs, target)
  return tidy(() => {
    const each = logTarget
      ? mul(exp(target), sub(target, logProbs))
      : sub(entropy(target), mul(target, logProbs))
    if (reduction !== 'batchMean') return reduced(each, reduction)
    return div(sum(each), logProbs.shape[0] ?? 1)
  })
}

/** t · log t, which is 0 at 0. */
const entropy = (t: Tensor): Tensor => mul(t, log(where(greater(t, 0), t, onesLike(t))))
