/**
 * Activation regularisation (AR) and its temporal form (TAR) of Merity et al., 2017
 * (arXiv:1708.01009): the outputs of a recurrent net are to be small, and to change slowly.
 */
import { DlError, showShape } from '@dl/core'
import { mean, mul, scalar, slice, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkNumbers } from './checks'

const isWeight = (value: number) => value >= 0

/**
 * AR: `alpha` times the mean of the squares, for what dropout left of the outputs.
 *
 * @param x float32 of any shape
 * @param alpha (default 2)
 * @returns a scalar to add to the loss
 * @throws DlError `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { activationRegularization } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([[[1, 3]]]) // time, batch, features
 * const ar = activationRegularization(x)
 * String(await ar.data()) // → 10
 * x.dispose()
 * ar.dispose()
 * ```
 */
export function activationRegularization(x: Tensor, alpha = 2): Tensor {
  checkFloat('activationRegularization', x)
  checkNumbers('activationRegularization', { alpha }, 'a number of at least 0', isWeight)
  return tidy(() => mul(alpha, mean(square(x))))
}

/**
 * TAR: `beta` times the mean of the squared differences from step to step, for the outputs before
 * dropout. Of a single step it is 0.
 *
 * @param x float32 [time, batch, features]
 * @param beta (default 1)
 * @returns a scalar to add to the loss
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { temporalActivationRegularization } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([[[1]], [[4]]]) // time, batch, features
 * const tar = temporalActivationRegularization(x)
 * String(await tar.data()) // → 9
 * x.dispose()
 * tar.dispose()
 * ```
 */
export function temporalActivationRegularization(x: Tensor, beta = 1): Tensor {
  checkFloat('temporalActivationRegularization', x)
  checkNumbers('temporalActivationRegularization', { beta }, 'a number of at least 0', isWeight)
  if (x.rank !== 3) {
    throw new DlError('shape-mismatch', {
      problem: `temporalActivationRegularization got an input of shape ${showShape(x.shape)}`,
      expected: '[time, batch, features]',
    })
  }
  const [time, batch, features] = x.shape as [number, number, number]
  if (time < 2) return scalar(0)
  return tidy(() => {
    const size: [number, number, number] = [time - 1, batch, features]
    return mul(beta, mean(square(sub(slice(x, [1, 0, 0], size), slice(x, [0, 0, 0], size)))))
  })
}
