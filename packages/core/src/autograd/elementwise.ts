/** Gradients of operations on single elements, and on pairs of them, of which one may be broadcast. */
import {
  add,
  broadcast_util,
  cast,
  div,
  engine,
  equal,
  type GradConfig,
  greater,
  less,
  log,
  mul,
  pow,
  reshape,
  sign,
  square,
  sub,
  sum,
  type Tensor,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { rule } from './rule'

/** Sums over the dimensions along which an input of that shape was broadcast. */
export function sumToShape(gradient: Tensor, shape: number[]): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape)
  return reshape(axes.length > 0 ? sum(gradient, axes) : gradient, shape)
}

const float = (mask: Tensor): Tensor => cast(mask, 'float32')

/** tfjs gives -1 at 0 where PyTorch gives 0. */
const abs = rule('Abs', {
  saves: ['x'],
  grads: (dy, [x]) => ({ x: () => mul(dy, sign(x!)) }),
})

/** tfjs raises x to the power of 1.5; the third power of the result, which is at hand, is cheaper. */
const rsqrt = rule('Rsqrt', {
  outputs: [true],
  grads: (dy, [y]) => ({ x: () => mul(mul(dy, y!), mul(square(y!), -0.5)) }),
})

/** At 6, where it bends, PyTorch gives 0. */
const relu6 = rule('Relu6', {
  saves: ['x'],
  grads: (dy, [x]) => ({ x: () => mul(dy, mul(float(greater(x!, 0)), float(less(x!, 6)))) }),
})

/**
 * The root has infinite slope at 0, but the norm, which tfjs composes of it, has a subgradient of 0
 * there. The scopes open at the time tell which of them it is.
 */
const sqrt: GradConfig = {
  kernelName: 'Sqrt',
  get inputsToSave() {
    return engine().state.scopeStack.some(({ name }) => name === 'norm__op') ? ['x'] : []
  },
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({
    x: () => {
      const y = saved.at(-1)!
      const slope = div(dy as Tensor, mul(y, 2))
      return saved.length > 1 ? where(equal(y, 0), zerosLike(y), slope) : slope
    },
  }),
}

/** tfjs multiplies by the mask, and 0 · ∞ is NaN. */
const select = rule('Select', {
  saves: ['condition'],
  grads(dy, [condition]) {
    const zeros = zerosLike(dy)
    return {
      condition: () => zeros, // for `tf.grad`
      t: () => where(condition!, dy, zeros),
      e: () => where(condition!, zeros, dy),
    }
  },
})

/** The gradient of f(a, b), summed to the shape of each, of its partial derivatives times dy. */
const pair = (
  kernelName: string,
  partial: Record<string, (dy: Tensor, a: Tensor, b: Tensor) => Tensor>,
): GradConfig => {
  const names = Object.keys(partial)
  return rule(kernelName, {
    saves: names,
    grads(dy, [a, b]) {
      const of = (name: string, { shape }: Tensor) =>
        [name, () => sumToShape(partial[name]!(dy, a!, b!), shape)] as const
      return Object.fromEntries([of(names[0]!, a!), of(names[1]!, b!)])
    },
  })
}

/** Equal ones share the gradient. */
const larger = (dy: Tensor, a: Tensor, b: Tensor): Tensor =>
  mul(dy, add(float(greater(a, b)), mul(0.5, float(equal(a, b)))))

const twice = (dy: Tensor, a: Tensor, b: Tensor): Tensor => mul(dy, mul(2, sub(a, b)))

const pairs = [
  pair('Maximum', { a: larger, b: (dy, a, b) => larger(dy, b, a) }),
  pair('Minimum', { a: (dy, a, b) => larger(dy, b, a), b: larger }),
  pair('SquaredDifference', { a: twice, b: (dy, a, b) => twice(dy, b, a) }),
  // at x⁰ tfjs has 0 · ∞
  pair('Pow', {
    a(dy, a, b) {
      const exponent = float(b)
      const slope = mul(exponent, pow(a, sub(exponent, 1)))
      return mul(dy, where(equal(b, 0), zerosLike(slope), slope))
    },
    b: (dy, a, b) => mul(dy, mul(pow(a, b), where(greater(a, 0), log(a), zerosLike(a)))),
  }),
  pair('Prelu', {
    x: (dy, x, alpha) => where(greater(x, 0), dy, mul(dy, alpha)),
    alpha: (dy, x) => where(greater(x, 0), zerosLike(dy), mul(dy, x)),
  }),
]

export const elementwise: GradConfig[] = [abs, rsqrt, relu6, sqrt, select, ...pairs]
