/**
 * Softmax cross-entropy with integer labels, as one kernel forward and one backward.
 *
 * A sure and right prediction has a loss near 0, and log Σ e^x − x_label has no digits there: neither
 * beside a logit of 10000 nor where Σ is 1 and a little. So with peak = max x the loss is
 * (peak − x_label) + log1p(Σ e^(x − peak) − 1), and the sum goes over all classes but the label's,
 * which is what the gradient for the label, −others / Σ, needs too.
 */
import {
  add,
  cast,
  div,
  equal,
  exp,
  greaterEqual,
  less,
  log1p,
  logicalAnd,
  max,
  mul,
  neg,
  notEqual,
  range,
  reciprocal,
  reshape,
  scalar,
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
import { valuesAtHand } from './values-at-hand'

export interface CrossEntropyOptions {
  /** What becomes of the losses of the single rows (default 'mean'). */
  reduction?: Reduction
  /** Rows with this label count for nothing (default -100, as in PyTorch). */
  ignoreIndex?: number
}

type Attrs = Required<CrossEntropyOptions>

const forward = defineFusedKernel<Attrs>({
  name: 'DlCrossEntropy',
  composed({ logits, labels }, { reduction, ignoreIndex }) {
    const classes = logits!.shape[1]!
    checkLabels(labels!, classes, ignoreIndex)
    const peak = max(logits!, -1, true)
    const powers = exp(sub(logits!, peak))
    const chosen = hot(labels!, classes)
    // not products with 0 and 1: a logit of −∞ is no NaN
    const others = sum(where(chosen, zerosLike(powers), powers), -1)
    const label = sum(where(chosen, logits!, zerosLike(powers)), -1)
    const distance = sub(reshape(peak, [-1]), label)
    const losses = add(distance, log1p(add(others, sub(exp(neg(distance)), 1))))
    const isClass = logicalAnd(greaterEqual(labels!, 0), less(labels!, classes))
    const honest = where(isClass, losses, scalar(Number.NaN))
    const counted = isCounted(labels!, ignoreIndex)
    const rows = where(counted, honest, zerosLike(losses))
    const loss =
      reduction === 'none' ? rows : reduction === 'sum' ? sum(rows) : mul(sum(rows), share(counted))
    return [loss, reshape(peak, [-1]), others]
  },
  gradient: {
    inputsToSave: ['logits', 'labels'],
    outputsToSave: [false, true, true],
    grads([dy], [logits, labels, peak, others], attrs) {
      const inputs = { logits: logits!, labels: labels!, peak: peak!, others: others!, dy: dy! }
      return { logits: () => backward(inputs, attrs)[0]! }
    },
  },
})

const backward = defineFusedKernel<Attrs>({
  name: 'DlCrossEntropyGrad',
  composed({ logits, labels, peak, others, dy }, { reduction, ignoreIndex }) {
    const column = (x: Tensor) => reshape(x, [-1, 1])
    const powers = exp(sub(logits!, column(peak!)))
    const chosen = hot(labels!, logits!.shape[1]!)
    const rest = column(others!)
    const total = add(rest, sum(where(chosen, powers, zerosLike(powers)), -1, true))
    const counted = isCounted(labels!, ignoreIndex)
    const perRow = reduction === 'mean' ? mul(dy!, share(counted)) : dy!
    const slopes = mul(
      where(chosen, neg(rest), powers),
      div(perRow.rank === 0 ? perRow : column(perRow), total),
    )
    // whatever stands in a row that does not count
    return [where(column(counted), slopes, zerosLike(slopes))]
  },
})

const isCounted = (labels: Tensor, ignoreIndex: number): Tensor =>
  notEqual(labels, scalar(ignoreIndex, 'int32'))

/** What one counted row is of the mean. Not div(x, n): WebGL's has 0 / 0 = 1, which hides an empty batch. */
const share = (counted: Tensor): Tensor => reciprocal(sum(cast(counted, 'float32')))

/** Where each row's label stands; tfjs's own `oneHot` refuses a single class. */
const hot = (labels: Tensor, classes: number): Tensor =>
  equal(reshape(labels, [-1, 1]), range(0, classes, 1, 'int32'))

function checkLabels(labels: Tensor, classes: number, ignoreIndex: number): void {
  const values = valuesAtHand(labels)
  const bad = values?.findIndex(x => x !== ignoreIndex && !(x >= 0 && x < classes)) ?? -1
  if (bad < 0) return
  throw new DlError('bad-label', {
    problem: `the label of row ${bad} is ${values![bad]}`,
    expected: `a class from 0 to ${classes - 1}, or the ignored index ${ignoreIndex}`,
    fix: 'Check that the model has as many outputs as there are classes.',
  })
}

/**
 * The cross-entropy between `logits` and integer `labels`: for each row, log Σ exp(logits) minus
 * the logit of the label. Any number of leading dimensions, so a language model needs no flattening.
 * Losses near 0 keep all their digits, as do gradients, whatever the size of the logits.
 *
 * A logit of −∞ is a class of probability 0: the loss is infinite where it is the label's. The mean
 * of no rows (an empty batch, all ignored) is NaN with a gradient of zeros, as in PyTorch.
 *
 * @param logits float32 […, C], unnormalised
 * @param labels int32 […], each from 0 to C − 1
 * @returns a scalar, or […] for reduction 'none'
 * @throws DlError `shape-mismatch` where the leading shapes differ; `bad-label` for a label outside
 *   the classes, on backends that see values at once (all but WebGL, where the loss is NaN)
 *
 * @example
 * ```ts
 * import { crossEntropy } from '@dl/core'
 * import { tensor, zeros } from '@tensorflow/tfjs-core'
 *
 * const logits = zeros([2, 3, 4]) // time, batch, classes
 * const labels = tensor([[0, 1, 2], [3, 0, 1]], [2, 3], 'int32')
 * const loss = crossEntropy(logits, labels)
 * const value = (await loss.data())[0]!.toFixed(4) // → 1.3863
 * logits.dispose()
 * labels.dispose()
 * loss.dispose()
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  const { reduction = 'mean', ignoreIndex = -100 } = checkOptions('crossEntropy', options, [
    'reduction',
    'ignoreIndex',
  ])
  check('crossEntropy', 'a tensor', { logits, labels })
  checkReduction('crossEntropy', reduction)
  check('crossEntropy', 'a finite number', { ignoreIndex })
  const classes = logits.shape.at(-1) ?? 0
  const leading = logits.shape.slice(0, -1)
  if (!sameShape(leading, labels.shape) || labels.dtype !== 'int32') {
    throw new DlError('shape-mismatch', {
      problem: `crossEntropy got logits ${showShape(logits.shape)} and ${labels.dtype} labels ${showShape(labels.shape)}`,
      expected: `int32 labels ${showShape(leading)}: one for each row of logits`,
    })
  }
  return tidy(() => {
    const rows = reshape(logits, [-1, classes])
    const [loss] = forward(
      { logits: rows, labels: reshape(labels, [-1]) },
      { reduction, ignoreIndex },
    )
    return reduction === 'none' ? reshape(loss!, leading) : loss!
  })
}
