/** Gradients of tfjs-core 4.22 that are wrong, missing or wasteful, put right. */
import {
  broadcast_util,
  type GradConfig,
  getGradient,
  mul,
  type NamedAttrMap,
  registerGradient,
  reshape,
  sign,
  square,
  sum,
  type Tensor,
  tile,
  util,
  zerosLike,
} from '@tensorflow/tfjs-core'
import { convolution } from './convolution'
import { averagePooling, maxPooling } from './pooling'

export function repairGradients(): void {
  registerGradient(reduction('Sum', () => 1))
  registerGradient(reduction('Mean', count => 1 / count))
  registerGradient(abs)
  registerGradient(rsqrt)
  registerGradient(batchMatMul(getGradient('BatchMatMul')))
  for (const name of ['Conv2D', 'DepthwiseConv2dNative']) {
    registerGradient(convolution(getGradient(name)))
  }
  registerGradient(maxPooling)
  registerGradient(averagePooling)
  for (const name of ['Unpack', 'SplitV']) registerGradient(ofPieces(getGradient(name)))
  for (const [kernelName, inputs] of NOT_DIFFERENTIABLE) {
    registerGradient(zero(kernelName, inputs))
  }
}

/** tfjs uploads a tensor of ones in the shape of x at every backward pass; tiling stays on the device. */
function reduction(kernelName: string, scale: (count: number) => number): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x'],
    gradFunc(dy, saved, attrs) {
      const { shape } = saved[0]!
      const axes = util.parseAxisParam(
        (attrs as unknown as { axis: number | number[] }).axis,
        shape,
      )
      const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
      const reps = shape.map((size, axis) => (axes.includes(axis) ? size : 1))
      const count = axes.reduce((product, axis) => product * shape[axis]!, 1)
      return {
        x: () => {
          const factor = scale(count)
          const scaled = factor === 1 ? (dy as Tensor) : mul(dy as Tensor, factor)
          return tile(reshape(scaled, kept), reps)
        },
      }
    },
  }
}

/** tfjs gives -1 at 0 where PyTorch gives 0. */
const abs: GradConfig = {
  kernelName: 'Abs',
  inputsToSave: ['x'],
  gradFunc: (dy, saved) => ({ x: () => mul(dy as Tensor, sign(saved[0]!)) }),
}

/** tfjs raises x to the power of 1.5; the third power of the result, which is at hand, is cheaper. */
const rsqrt: GradConfig = {
  kernelName: 'Rsqrt',
  outputsToSave: [true],
  gradFunc: (dy, saved) => {
    const y = saved[0]!
    return { x: () => mul(mul(dy as Tensor, y), mul(square(y), -0.5)) }
  },
}

/** tfjs forgets to sum over the batch dimensions along which an input was broadcast. */
function batchMatMul(original: GradConfig): GradConfig {
  return {
    ...original,
    gradFunc(dy, saved, attrs: NamedAttrMap) {
      const gradients = original.gradFunc(dy, saved, attrs)
      const [a, b] = saved as [Tensor, Tensor]
      return {
        a: () => sumToShape(gradients.a!(), a.shape),
        b: () => sumToShape(gradients.b!(), b.shape),
      }
    },
  }
}

/** Of one piece only, tfjs hands the gradient over bare where these expect an array, and throws. */
const ofPieces = (original: GradConfig): GradConfig => ({
  ...original,
  gradFunc: (dy, saved, attrs) => original.gradFunc([dy].flat(), saved, attrs),
})

function sumToShape(gradient: Tensor, shape: number[]): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape)
  return reshape(axes.length > 0 ? sum(gradient, axes) : gradient, shape)
}

/**
 * tfjs throws on these. `valueAndGrads` never asks, as no gradient flows through bool or int32
 * outputs; the zeros are for `tf.grad`.
 */
const NOT_DIFFERENTIABLE: [string, string[]][] = [
  ...['Greater', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr'].map(
    (name): [string, string[]] => [name, ['a', 'b']],
  ),
  ...['LogicalNot', 'All', 'Any'].map((name): [string, string[]] => [name, ['x']]),
]

const zero = (kernelName: string, inputs: string[]): GradConfig => ({
  kernelName,
  inputsToSave: inputs,
  gradFunc: (_dy, saved) =>
    Object.fromEntries(inputs.map((name, i) => [name, () => zerosLike(saved[i]!)])),
})
