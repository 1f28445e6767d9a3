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
    const isUsable = !grad?.isDisposed && grad?.dtype === 'float32'
    if (own === wanted && isUsable) return
    throw new DlError('shape-mismatch', {
      problem: `the gradient of parameter ${i} is ${own === wanted ? (grad.isDisposed ? 'disposed' : grad.dtype) : own}`,
      expected: `${own === wanted ? 'float32 numbers' : wanted}, as the parameter, or null`,
    })
  })
}

/** A model whose layers are hidden would otherwise go through a training and stay as it was. */
export const noParameters = (): DlError =>
  new DlError('no-parameters', {
    problem: 'the LayerOptimizer has no parameters to update',
    expected: 'a model that shows at least one',
    fix: 'Layers belong in fields of a module, in arrays or plain objects: a Map or a closure hides them.',
  })
