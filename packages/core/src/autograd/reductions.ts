/** Gradients of sums, means, products and largest elements along axes. */
import {
  cast,
  cumprod,
  div,
  equal,
  type GradConfig,
  mul,
  reshape,
  sum,
  type Tensor,
  tile,
  transpose,
  util,
} from '@tensorflow/tfjs-core'
import { rule } from './rule'

interface Axes {
  axis?: number | number[]
  /** What Max calls them. */
  reductionIndices?: number | number[]
}

const axesOf = ({ axis, reductionIndices }: Axes, { shape }: Tensor): number[] =>
  util.parseAxisParam((axis ?? reductionIndices)!, shape)

const kept = ({ shape }: Tensor, axes: number[]): number[] =>
  shape.map((size, axis) => (axes.includes(axis) ? 1 : size))

/** tfjs uploads a tensor of ones in the shape of x at every backward pass; tiling stays on the device. */
const total = (kernelName: string, scale: (count: number) => number): GradConfig =>
  rule<Axes>(kernelName, {
    shapes: ['x'],
    grads: (dy, [x], attrs) => ({
      x() {
        const axes = axesOf(attrs, x!)
        const reps = x!.shape.map((size, axis) => (axes.includes(axis) ? size : 1))
        const factor = scale(axes.reduce((product, axis) => product * x!.shape[axis]!, 1))
        return tile(reshape(factor === 1 ? dy : mul(dy, factor), kept(x!, axes)), reps)
      },
    }),
  })

/** Equal ones share the gradient; tfjs gives all of it to each. */
const extreme = (kernelName: string): GradConfig =>
  rule<Axes>(kernelName, {
    saves: ['x'],
    outputs: [true],
    grads: (dy, [x, y], attrs) => ({
      x() {
        const axes = axesOf(attrs, x!)
        const shape = kept(x!, axes)
        const mask = cast(equal(x!, reshape(y!, shape)), 'float32')
        return mul(mask, div(reshape(dy, shape), sum(mask, axes, true)))
      },
    }),
  })

/** The product of all others, which, unlike a quotient, also knows what a single 0 leaves. */
const product = rule<Axes>('Prod', {
  saves: ['x'],
  grads: (dy, [x], attrs) => ({
    x() {
      const axes = axesOf(attrs, x!)
      const others = x!.shape.map((_, axis) => axis).filter(axis => !axes.includes(axis))
      const order = [...others, ...axes]
      const last = transpose(x!, order)
      const rows = reshape(last, [dy.size, -1])
      const rest = mul(cumprod(rows, 1, true), cumprod(rows, 1, true, true))
      const dx = reshape(mul(reshape(dy, [-1, 1]), rest), last.shape)
      return transpose(
        dx,
        order.map((_, axis) => order.indexOf(axis)),
      )
    },
  }),
})

export const reductions: GradConfig[] = [
  total('Sum', () => 1),
  total('Mean', count => 1 / count),
  extreme('Max'),
  extreme('Min'),
  product,
]
