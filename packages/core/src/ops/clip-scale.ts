/** Clipping gradients by their joint norm (Pascanu et al., 2013), as one kernel over all of them. */
import { add, addN, div, minimum, sqrt, square, sum, type Tensor } from '@tensorflow/tfjs-core'
import { defineFusedKernel } from '../fused/define'

const run = defineFusedKernel<{ maxNorm: number }>({
  name: 'DlClipScale',
  composed(grads, { maxNorm }) {
    const norm = sqrt(addN(Object.values(grads).map(grad => sum(square(grad)))))
    return [minimum(1, div(maxNorm, add(norm, 1e-6)))]
  },
})

/**
 * The scalar all gradients are to be multiplied by so that their joint norm is `maxNorm` at most:
 * the `scale` of an optimizer's step.
 *
 * @param grads at least one
 *
 * @example
 * ```ts
 * import { clipScale } from '@dl/core'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const grads = [tensor([3, 0]), tensor([4])]
 * const scale = clipScale(grads, 1)
 * const value = (await scale.data())[0]!.toFixed(4) // → 0.2000
 * for (const t of [...grads, scale]) t.dispose()
 * ```
 */
export const clipScale = (grads: readonly Tensor[], maxNorm: number): Tensor =>
  run(Object.fromEntries(grads.map((grad, i) => [`g${i}`, grad])), { maxNorm })[0]!
