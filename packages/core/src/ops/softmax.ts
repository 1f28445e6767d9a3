/** Softmax and its relatives along any axis; tfjs's own know the last only. */
import {
  abs,
  add,
  exp,
  less,
  log,
  max,
  reshape,
  sub,
  sum,
  type Tensor,
  logSoftmax as tfLogSoftmax,
  softmax as tfSoftmax,
  tidy,
  transpose,
  util,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { noGrad } from '../autograd/off-tape'
import { check, checkThat } from '../checks'
import { showShape } from '../errors'

function checkAxes(op: string, x: Tensor, axes: unknown[]): void {
  check(op, 'a tensor', { x })
  const isAxis = (axis: unknown) =>
    Number.isInteger(axis) && Math.abs((axis as number) + 0.5) < x.rank
  for (const axis of axes) checkThat(op, 'axis', axis, `an axis of ${showShape(x.shape)}`, isAxis)
}

/** Runs a function of the last axis along another. */
function along(op: string, x: Tensor, axis: number, f: (x: Tensor) => Tensor): Tensor {
  checkAxes(op, x, [axis])
  const [at] = util.parseAxisParam(axis, x.shape) as [number]
  const last = x.rank - 1
  if (at === last) return f(x)
  // swapping two axes is its own inverse
  const order = x.shape.map((_, i) => (i === at ? last : i === last ? at : i))
  return tidy(() => transpose(f(transpose(x, order)), order))
}

/**
 * exp(x) / Σ exp(x) along an axis (default: the last).
 *
 * @example
 * ```ts
 * import { softmax } from '@dl/core'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([[1, 2], [1, 2]])
 * const y = softmax(x, 0)
 * String(await y.data()) // → 0.5,0.5,0.5,0.5
 * x.dispose()
 * y.dispose()
 * ```
 */
export const softmax = (x: Tensor, axis = -1): Tensor =>
  along('softmax', x, axis, x => tfSoftmax(x))

/** The logarithm of {@link softmax}, exact also where that is 0 or 1 to the last digit. */
export const logSoftmax = (x: Tensor, axis = -1): Tensor =>
  along('logSoftmax', x, axis, x => tfLogSoftmax(x))

/**
 * log Σ exp(x) over axes (default: all), where tfjs's own gives NaN for infinite ones: −∞ if all are,
 * ∞ if one is.
 *
 * @example
 * ```ts
 * import { logSumExp } from '@dl/core'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([[0, 0], [-Infinity, -Infinity]])
 * const y = logSumExp(x, 1)
 * String(await y.data()) // → 0.6931471824645996,-Infinity
 * x.dispose()
 * y.dispose()
 * ```
 */
export function logSumExp(x: Tensor, axis?: number | number[], keepDims = false): Tensor {
  checkAxes('logSumExp', x, axis == null ? [] : [axis].flat())
  check('logSumExp', 'true or false', { keepDims })
  return tidy(() => {
    const top = noGrad(() => {
      const most = max(x, axis, true)
      return where(less(abs(most), Infinity), most, zerosLike(most))
    })
    const logs = log(sum(exp(sub(x, top)), axis, keepDims))
    return add(logs, keepDims ? top : reshape(top, logs.shape))
  })
}
