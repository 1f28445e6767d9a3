/** Running operations without recording them for gradients. */
import { clone, engine, type Tensor } from '@tensorflow/tfjs-core'
import { check } from '../checks'

/**
 * Runs `f` with the recording of gradients off.
 *
 * @example
 * ```ts
 * import { noGrad } from '@dl/core'
 * import { scalar, square } from '@tensorflow/tfjs-core'
 *
 * const x = scalar(3)
 * const y = noGrad(() => square(x))
 * String(await y.data()) // → 9
 * x.dispose()
 * y.dispose()
 * ```
 */
export function noGrad<T>(f: () => T): T {
  check('noGrad', 'a function', { f })
  const { state } = engine()
  const depth = state.gradientDepth
  state.gradientDepth = 0
  try {
    return f()
  } finally {
    state.gradientDepth = depth
  }
}

/** The same data as a tensor of its own through which no gradient flows. Yours to dispose. */
export function detach<T extends Tensor>(tensor: T): T {
  check('detach', 'a tensor', { tensor })
  return noGrad(() => clone(tensor))
}
