/** Gradients of products of matrices and tensors. */
import {
  type GradConfig,
  getGradient,
  type NamedAttrMap,
  reshape,
  type Tensor,
  tile,
} from '@tensorflow/tfjs-core'
import { contract, parse } from '../ops/einsum'
import { sumToShape } from './elementwise'

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

/** For each factor the sum of dy times the other; along dimensions that only it has, all the same. */
const einsum: GradConfig = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc(dy, saved, attrs) {
    const [terms, output] = parse((attrs as { equation: string }).equation)
    const names = terms.split(',')
    const towards = (x: Tensor, i: number): Tensor => {
      const own = [...names[i]!]
      const others = [output, ...names.filter((_, j) => j !== i)]
      const shared = own.filter(name => others.join('').includes(name))
      const factors = [dy as Tensor, ...saved.filter((_, j) => j !== i)]
      const flow = contract(others.join(), shared.join(''), factors)
      const keep = own.map(name => shared.includes(name))
      const shape = x.shape.map((size, axis) => (keep[axis] ? size : 1))
      const reps = x.shape.map((size, axis) => (keep[axis] ? 1 : size))
      return tile(reshape(flow, shape), reps)
    }
    return Object.fromEntries(saved.map((x, i) => [i, () => towards(x, i)]))
  },
}

export const products = (): GradConfig[] => [batchMatMul(getGradient('BatchMatMul')), einsum]
