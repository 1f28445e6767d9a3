/** Pooling over maps [N, H, W, C] with PyTorch's sizes and padding. */
import { DlError } from '@dl/core'
import { avgPool, maxPool, pad, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkMaps, checkWindow } from './checks'
import { around, type Pair, pairOf, showPair } from './pair'

export interface PoolOptions {
  /** How far the window moves (default: its size). */
  stride?: Pair
  /** On each side (default 0), at most half the window; it never is a maximum. */
  padding?: Pair
}

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts as zeros in a mean (default true, as in PyTorch). */
  countIncludePad?: boolean
}

/**
 * The largest value of each window: `torch.nn.functional.max_pool2d`. Of equal ones the first gets
 * the gradient.
 *
 * @param x float32 [N, H, W, C]
 * @returns [N, ⌊(H + 2·padding − rows) / stride⌋ + 1, …, C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { maxPool2d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2, 3, 4], [1, 2, 2, 1])
 * const y = maxPool2d(x, 2)
 * String(await y.data()) // → 4
 * x.dispose()
 * y.dispose()
 * ```
 */
export function maxPool2d(x: Tensor, kernelSize: Pair, options: PoolOptions = {}): Tensor {
  const { window, strides, paddings } = geometryOf('maxPool2d', x, kernelSize, options)
  return maxPool(x as Tensor4D, window, strides, around(paddings), 'floor')
}

/**
 * The mean of each window: `torch.nn.functional.avg_pool2d`.
 *
 * @param x float32 [N, H, W, C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { avgPool2d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2, 3, 4], [1, 2, 2, 1])
 * const y = avgPool2d(x, 2)
 * String(await y.data()) // → 2.5
 * x.dispose()
 * y.dispose()
 * ```
 */
export function avgPool2d(
  x: Tensor,
  kernelSize: Pair,
  { countIncludePad = true, ...options }: AvgPoolOptions = {},
): Tensor {
  const { window, strides, paddings } = geometryOf('avgPool2d', x, kernelSize, options)
  const sides = around(paddings)
  if (Math.max(...paddings) === 0 || !countIncludePad) {
    return avgPool(x as Tensor4D, window, strides, sides, 'floor')
  }
  return tidy(() => avgPool(pad(x as Tensor4D, sides), window, strides, around([0, 0]), 'floor'))
}

function geometryOf(layer: string, x: Tensor, kernelSize: Pair, options: PoolOptions) {
  checkMaps(layer, x)
  checkFloat(layer, x)
  const geometry = poolGeometry(layer, kernelSize, options)
  checkWindow(layer, x, geometry.window, geometry.paddings)
  return geometry
}

/** Window, strides and padding, checked. */
export function poolGeometry(
  layer: string,
  kernelSize: Pair,
  { stride = kernelSize, padding = 0 }: PoolOptions,
) {
  const window = pairOf(layer, 'kernelSize', kernelSize)
  const strides = pairOf(layer, 'stride', stride)
  const paddings = pairOf(layer, 'padding', padding, 0)
  if (2 * paddings[0] > window[0] || 2 * paddings[1] > window[1]) {
    throw new DlError('bad-option', {
      problem: `${layer} got padding ${showPair(padding)} for a window of ${showPair(kernelSize)}`,
      expected: 'at most half the window',
    })
  }
  return { window, strides, paddings }
}
