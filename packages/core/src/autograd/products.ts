/** Gradients of products of matrices and tensors. */
import {
  einsum,
  type GradConfig,
  getGradient,
  type NamedAttrMap,
  reshape,
  type Tensor,
  tile,
} from '@tensorflow/tfjs-core'
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

/** For each factor the sum of dy times the other; along dimensions that only it had, all the same. */
const einsums: GradConfig = {
  kernelName: 'Einsum',
  saveAllInputs: true,
  gradFunc(dy, saved, attrs) {
    const [terms, output] = (attrs as { equation: string }).equation.replace(/\s/g, '').split('->')
    const names = terms!.split(',')
    const towards = (x: Tensor, i: number): Tensor => {
      const others = names.filter((_, j) => j !== i)
      const known = [...names[i]!].filter(
        name => output!.includes(name) || others[0]?.includes(name),
      )
      const factors = [dy as Tensor, ...saved.filter((_, j) => j !== i)]
      const sums = einsum(`${[output, ...others].join()}->${known.join('')}`, ...factors)
      const [shape, reps] = [[...x.shape], x.shape.map(() => 1)]
      ;[...names[i]!].forEach((name, axis) => {
        if (known.includes(name)) return
        reps[axis] = shape[axis]!
        shape[axis] = 1
      })
      return tile(reshape(sums, shape), reps)
    }
    return Object.fromEntries(saved.map((x, i) => [i, () => towards(x, i)]))
  },
}

export const products = (): GradConfig[] => [batchMatMul(getGradient('BatchMatMul')), einsums]
