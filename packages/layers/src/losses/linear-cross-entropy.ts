/**
 * The loss of a last layer with very many classes, the words of a language: its scores, which take
 * more memory than all else, are made a few rows at a time, and once more on the way back.
 */
import { crossEntropy, DlError, showValue, valueAndGrads } from '@dl/core'
import {
  add,
  addN,
  cast,
  concat,
  customGrad,
  dispose,
  divNoNan,
  type GradSaveFunc,
  matMul,
  mul,
  notEqual,
  reciprocal,
  reshape,
  scalar,
  slice,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { checkSizes, checkWidth } from '../checks'
import { Linear } from '../linear'
import { withDefaults } from '../options'
import { checkLabels } from './checks'

export interface LinearCrossEntropyOptions {
  /** Rows of scores at a time (default: as many as make 2²³ scores, 32 MiB). */
  rows?: number
}

const SCORES = 2 ** 23
/** As in `crossEntropy`. */
const IGNORED = -100

/**
 * The mean of `crossEntropy(linear.call(x), labels)`, and the same gradients, without ever holding
 * all scores: for 33,278 words and 2,800 rows those would be 373 MB, and their gradient as much again.
 * The way back makes the scores again, a quarter to a third of the layer's work.
 *
 * @param x float32 […, inputs]
 * @param linear the last layer, tied to an embedding or not; its hooks are not run
 * @param labels int32 […]; rows labelled -100 count for nothing
 * @returns a scalar
 * @throws DlError `shape-mismatch`, `bad-option`; `bad-label` as `crossEntropy` does
 *
 * @example
 * ```ts
 * import { Linear, linearCrossEntropy } from '@dl/layers'
 * import { tensor, zeros } from '@tensorflow/tfjs-core'
 *
 * const linear = new Linear(4, 1000)
 * const x = zeros([2, 3, 4]) // time, batch, features
 * const labels = tensor([[0, 1, 2], [3, 999, 1]], [2, 3], 'int32')
 * const loss = linearCrossEntropy(x, linear, labels, { rows: 2 })
 * Math.abs((await loss.data())[0]! - Math.log(1000)) < 0.5 // → true
 * for (const owner of [linear, x, labels, loss]) owner.dispose()
 * ```
 */
export function linearCrossEntropy(
  x: Tensor,
  linear: Linear,
  labels: Tensor,
  options: LinearCrossEntropyOptions = {},
): Tensor {
  const name = 'linearCrossEntropy'
  if (!(linear instanceof Linear)) {
    throw new DlError('bad-option', {
      problem: `${name} got ${showValue(linear)} for the layer`,
      expected: 'a Linear',
    })
  }
  const { inputs, outputs } = linear
  const { rows } = withDefaults(name, options, { rows: Math.max(1, Math.floor(SCORES / outputs)) })
  checkSizes(name, { rows })
  checkWidth(name, x, inputs)
  checkLabels(name, x, labels, 'features')
  return tidy(() => {
    const flat = reshape(x, [-1, inputs])
    const ids = reshape(labels, [-1])
    const weights = [linear.weight.value, ...(linear.bias ? [linear.bias.value] : [])]
    const transposed = linear.weight.torchAxes === null
    const starts = Array.from(
      { length: Math.ceil(Math.max(1, ids.size) / rows) },
      (_, i) => i * rows,
    )
    const lossOf = (part: Tensor, own: Tensor, [w, b]: Tensor[]) => {
      const product = matMul(part, w!, false, transposed)
      return crossEntropy(b ? add(product, b) : product, own, { reduction: 'sum' })
    }
    const partOf = (t: Tensor, start: number) =>
      slice(t, start, [Math.min(rows, ids.size - start), ...t.shape.slice(1)])
    const count = sum(cast(notEqual(ids, scalar(IGNORED, 'int32')), 'float32'))

    return customGrad((...args) => {
      const save = args.pop() as unknown as GradSaveFunc
      const [flat, ...weights] = args as Tensor[]
      save([flat!, ...weights, ids, count])
      const losses = starts.map(start =>
        tidy(() => lossOf(partOf(flat!, start), partOf(ids, start), weights)),
      )
      return {
        // not div(x, n), as in crossEntropy
        value: mul(addN(losses), reciprocal(count)),
        gradFunc(dy: Tensor, saved: Tensor[]) {
          const [flat, ...others] = saved
          const [ids, count] = others.splice(-2) as [Tensor, Tensor]
          const parts: Tensor[] = []
          let sums: Tensor[] = []
          for (const start of starts) {
            const [part, own] = [partOf(flat!, start), partOf(ids, start)]
            const step = valueAndGrads(() => lossOf(part, own, others), [part, ...others])
            const [dPart, ...grads] = step.grads as Tensor[]
            parts.push(dPart!)
            const before = sums
            sums = before.length === 0 ? grads : grads.map((grad, i) => add(before[i]!, grad))
            dispose([part, own, step.value, before, before.length === 0 ? [] : grads] as never)
          }
          // where no row counts, the mean is NaN and the gradient zeros, as in crossEntropy
          const factor = divNoNan(dy, count)
          return [concat(parts), ...sums].map(grad => mul(grad, factor))
        },
      }
    })(flat, ...weights)
  })
}
