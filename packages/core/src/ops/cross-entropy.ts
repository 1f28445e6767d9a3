/** Softmax cross-entropy with integer labels, as one kernel forward and one backward. */
import {
  add,
  cast,
  div,
  equal,
  exp,
  log,
  max,
  mul,
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
import { DlError, showShape } from '../errors'
import { defineFusedKernel } from '../fused/define'

export interface CrossEntropyOptions {
  /** What becomes of the losses of the single rows (default 'mean'). */
  reduction?: 'mean' | 'sum' | 'none'
  /** Rows with this label count for nothing (default -100, as in PyTorch). */
  ignoreIndex?: number
}

type Attrs = Required<CrossEntropyOptions>

const forward = defineFusedKernel<Attrs>({
  name: 'DlCrossEntropy',
  composed({ logits, labels }, { reduction, ignoreIndex }) {
    const peak = max(logits!, -1, true)
    const logSumExp = add(log(sum(exp(sub(logits!, peak)), -1)), reshape(peak, [-1]))
    const chosen = hot(labels!, logits!.shape[1]!)
    const losses = sub(logSumExp, sum(mul(logits!, chosen), -1))
    // a label outside the classes has no hot column: the loss must not look like a number
    const counted = notEqual(labels!, scalar(ignoreIndex, 'int32'))
    const honest = div(losses, sum(chosen, -1))
    const rows = where(counted, honest, zerosLike(losses))
    const loss =
      reduction === 'none' ? rows : reduction === 'sum' ? sum(rows) : mul(sum(rows), share(counted))
    return [loss, logSumExp]
  },
  gradient: {
    inputsToSave: ['logits', 'labels'],
    outputsToSave: [false, true],
    grads([dy], [logits, labels, logSumExp], attrs) {
      const inputs = { logits: logits!, labels: labels!, logSumExp: logSumExp!, dy: dy! }
      return { logits: () => backward(inputs, attrs)[0]! }
    },
  },
})

const backward = defineFusedKernel<Attrs>({
  name: 'DlCrossEntropyGrad',
  composed({ logits, labels, logSumExp, dy }, { reduction, ignoreIndex }) {
    const chosen = hot(labels!, logits!.shape[1]!)
    const softmax = exp(sub(logits!, reshape(logSumExp!, [-1, 1])))
    const counted = notEqual(labels!, scalar(ignoreIndex, 'int32'))
    const each = mul(cast(counted, 'float32'), dy!)
    const perRow = reduction === 'mean' ? mul(each, share(counted)) : each
    return [mul(sub(softmax, chosen), reshape(perRow, [-1, 1]))]
  },
})

/** What one counted row is of the mean. Not div(x, n): WebGL's has 0 / 0 = 1, which hides an empty batch. */
const share = (counted: Tensor): Tensor => reciprocal(sum(cast(counted, 'float32')))

/** One-hot rows; tfjs's own `oneHot` refuses a single class. */
const hot = (labels: Tensor, classes: number): Tensor =>
  cast(equal(reshape(labels, [-1, 1]), range(0, classes, 1, 'int32')), 'float32')

/**
 * The cross-entropy between `logits` and integer `labels`: for each row, log Σ exp(logits) minus
 * the logit of the label. Any number of leading dimensions, so a language model needs no flattening.
 *
 * @param logits float32 […, C], unnormalised
 * @param labels int32 […], each from 0 to C − 1
 * @returns a scalar, or […] for reduction 'none'
 * @throws DlError `shape-mismatch` where the leading shapes differ; `bad-label` for a label outside
 *   the classes, on backends that see values at once (elsewhere the loss is NaN)
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
  { reduction = 'mean', ignoreIndex = -100 }: CrossEntropyOptions = {},
): Tensor {
  const classes = logits.shape.at(-1) ?? 0
  const leading = logits.shape.slice(0, -1)
  if (showShape(leading) !== showShape(labels.shape) || labels.dtype !== 'int32') {
    throw new DlError('shape-mismatch', {
      problem: `crossEntropy got logits ${showShape(logits.shape)} and ${labels.dtype} labels ${showShape(labels.shape)}`,
      expected: `int32 labels ${showShape(leading)}: one for each row of logits`,
    })
  }
  if (!['mean', 'sum', 'none'].includes(reduction)) {
    throw new DlError('bad-option', {
      problem: `the reduction is '${reduction}'`,
      expected: "'mean', 'sum' or 'none'",
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
