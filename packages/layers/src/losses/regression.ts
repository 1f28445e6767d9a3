/** Losses between numbers: PyTorch's formulas and reductions. */

import { abs, clipByValue, mul, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkNumbers } from '../checks'
import { withDefaults } from '../options'
import { checkAlike } from './checks'
import { checkReduction, type LossOptions, reduced } from './reduction'

export interface HuberOptions extends LossOptions {
  /** Up to which error it is a square (default 1). */
  delta?: number
}

const DEFAULTS = { reduction: 'mean' } as const

/** A loss of the difference between output and target. */
function ofDifference(
  name: string,
  output: Tensor,
  target: Tensor,
  options: LossOptions,
  each: (difference: Tensor) => Tensor,
): Tensor {
  const { reduction } = withDefaults(name, options, DEFAULTS)
  checkReduction(name, reduction)
  checkAlike(name, output, target)
  return tidy(() => reduced(each(sub(output, target)), reduction))
}

/**
 * The mean squared error: `torch.nn.functional.mse_loss`.
 *
 * @param output float32 of any shape
 * @param target of the same shape
 * @returns a scalar; in the shape of the output for reduction 'none'
 * @throws DlError `shape-mismatch` for other shapes, also where they could be broadcast: [4, 1] and [4]
 *
 * @example
 * ```ts
 * import { mse } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [output, target] = [tensor([1, 2]), tensor([1, 5])]
 * const loss = mse(output, target)
 * String(await loss.data()) // → 4.5
 * for (const t of [output, target, loss]) t.dispose()
 * ```
 */
export const mse = (output: Tensor, target: Tensor, options: LossOptions = {}): Tensor =>
  ofDifference('mse', output, target, options, square)

/**
 * The mean absolute error: `torch.nn.functional.l1_loss`.
 *
 * @param output float32 of any shape
 * @param target of the same shape
 * @throws DlError `shape-mismatch`
 *
 * @example
 * ```ts
 * import { l1 } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [output, target] = [tensor([1, 2]), tensor([1, 5])]
 * const loss = l1(output, target)
 * String(await loss.data()) // → 1.5
 * for (const t of [output, target, loss]) t.dispose()
 * ```
 */
export const l1 = (output: Tensor, target: Tensor, options: LossOptions = {}): Tensor =>
  ofDifference('l1', output, target, options, abs)

/**
 * Half the square of errors up to `delta` and a line beyond (Huber, 1964), so that what is far out
 * pulls no harder: `torch.nn.functional.huber_loss`.
 *
 * @param output float32 of any shape
 * @param target of the same shape
 * @throws DlError `shape-mismatch`, `bad-option`
 *
 * @example
 * ```ts
 * import { huber } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const [output, target] = [tensor([1, 2]), tensor([2, 12])]
 * const loss = huber(output, target)
 * String(await loss.data()) // → 5
 * const wider = (y: typeof output, t: typeof target) => huber(y, t, { delta: 10 })
 * const square = wider(output, target)
 * String(await square.data()) // → 25.25
 * for (const t of [output, target, loss, square]) t.dispose()
 * ```
 */
export function huber(output: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta, reduction } = withDefaults('huber', options, { ...DEFAULTS, delta: 1 })
  checkNumbers('huber', { delta }, 'a number above 0', value => value > 0)
  return ofDifference('huber', output, target, { reduction }, difference => {
    const inside = clipByValue(difference, -delta, delta)
    return mul(inside, sub(difference, mul(inside, 0.5)))
  })
}
