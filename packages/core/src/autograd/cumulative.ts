/** Gradients of running sums and products. */
import {
  type CumsumAttrs,
  cumprod,
  cumsum,
  type GradConfig,
  greater,
  greaterEqual,
  mul,
  ones,
  range,
  reshape,
  reverse,
  sum,
  type Tensor,
  transpose,
  where,
  zeros,
} from '@tensorflow/tfjs-core'
import { rule } from './rule'

/** tfjs turns the dimensions of the result although cumsum has put them back. */
const sums = rule<CumsumAttrs>('Cumsum', {
  grads: (dy, _, { axis, exclusive, reverse }) => ({
    // of negative axes tfjs makes a senseless shape
    x: () => cumsum(dy, (axis + dy.rank) % dy.rank, exclusive, !reverse),
  }),
})

const products = rule<CumsumAttrs>('Cumprod', {
  saves: ['x'],
  grads: (dy, [x], { axis, exclusive, reverse: backwards }) => ({
    x() {
      const at = (axis + x!.rank) % x!.rank
      // its own inverse: swaps the axis with the last
      const order = x!.shape.map((_, i) => (i === at ? x!.rank - 1 : i === x!.rank - 1 ? at : i))
      const rows = (t: Tensor): Tensor => {
        const flat = reshape(transpose(t, order), [-1, x!.shape[at]!])
        return backwards ? reverse(flat, 1) : flat
      }
      const dx = ofRows(rows(x!), rows(dy), exclusive)
      const swapped = order.map(i => x!.shape[i]!)
      return transpose(reshape(backwards ? reverse(dx, 1) : dx, swapped), order)
    },
  }),
})

/**
 * dx[i] = Σ over k of dy[k] times the product of the factors up to k but for the i-th: those before i,
 * and, in a matrix of i and k, those from i to k. Nothing is divided, so zeros may be among them.
 */
function ofRows(x: Tensor, dy: Tensor, exclusive: boolean): Tensor {
  const n = x.shape[1]!
  const k = range(0, n, 1, 'int32')
  const i = reshape(k, [n, 1])
  const between = where(greater(k, i), reshape(x, [-1, 1, n]), ones([1, 1, 1]))
  const factors = cumprod(between, 2, exclusive)
  const reached = (exclusive ? greater : greaterEqual)(k, i)
  const flows = where(reached, mul(factors, reshape(dy, [-1, 1, n])), zeros([1, 1, 1]))
  return mul(cumprod(x, 1, true), sum(flows, 2))
}

export const cumulative: GradConfig[] = [sums, products]
