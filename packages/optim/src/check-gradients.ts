import { DlError, type Parameter, showShape, showValue } from '@dl/core'
import type { Tensor } from '@tensorflow/tfjs-core'

/** @throws DlError `group-mismatch` for another number than parameters, `shape-mismatch` */
export function checkGradients(
  grads: readonly (Tensor | null)[],
  parameters: readonly Parameter[],
): void {
  if (!Array.isArray(grads) || grads.length !== parameters.length) {
    const count = Array.isArray(grads) ? grads.length : showValue(grads)
    throw new DlError('group-mismatch', {
      problem: `${count} gradients were given for ${parameters.length} parameters`,
      expected: 'one gradient, or null, for each of lo.parameters',
    })
  }
  parameters.forEach(({ shape }, i) => {
    const grad: Tensor | null = grads[i]
    if (grad === null) return
    const [own, wanted] = [grad?.shape ? showShape(grad.shape) : showValue(grad), showShape(shape)]
    if (own === wanted) return
    throw new DlError('shape-mismatch', {
      problem: `the gradient of parameter ${i} is ${own}`,
      expected: `${wanted}, as the parameter, or null`,
    })
  })
}
