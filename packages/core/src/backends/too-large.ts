/** Tensors that no memory has room for, of a size that was mistaken mostly. */
import { type KernelBackend, util } from '@tensorflow/tfjs-core'
import { DlError, showShape } from '../errors'
import { runningKernel } from './all-or-nothing'

/**
 * For a backend, before it notes an output down.
 *
 * @param most values at most
 * @param holder what has room for so many: `a buffer of this graphics card`
 * @throws DlError `out-of-memory`
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-cpu'
 * import { refuseTooLarge } from '@dl/core'
 * import { engine } from '@tensorflow/tfjs-core'
 *
 * const { backend } = engine()
 * let message = ''
 * try {
 *   refuseTooLarge(backend, [1e9, 1e9], 2 ** 28, 'a texture of this card')
 * } catch (error) {
 *   message = (error as Error).message
 * }
 * message.split(';')[0] // → an operation makes a tensor of shape [1000000000, 1000000000], which does not fit into a texture of this card
 * ```
 */
export function refuseTooLarge(
  backend: KernelBackend,
  shape: readonly number[],
  most: number,
  holder: string,
): void {
  if (util.sizeFromShape([...shape]) <= most) return
  throw new DlError('out-of-memory', {
    problem: `${runningKernel(backend)} makes a tensor of shape ${showShape(shape)}, which does not fit into ${holder}`,
    expected: `at most ${most} values`,
    fix: 'Check the sizes that were asked for; if they are right, take smaller batches.',
  })
}
