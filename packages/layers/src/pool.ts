/** Pooling over maps [N, H, W, C] with PyTorch's sizes and padding. */
import { DlError } from '@dl/core'
import { avgPool, maxPool, pad, type Tensor, type Tensor4D, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkMaps, checkWindow } from './checks'
import { withDefaults } from './options'
import { around, type Pair, pairOf, showPair } from './pair'

export interface PoolOptions {
  /** How far the window moves (default: its size). */
  stride?: Pair
  /** On each side (default 0), at most half the window; it never is a maximum. */
  padding?: Pair
  /**
   * Whether a last window that sticks out counts, as far as it begins inside (default false: rows and
   * columns that fill no window are left out).
   */
  ceilMode?: boolean
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
 * @returns [N, ⌊(H + 2·padding − rows) / stride⌋ + 1, …, C]; rounded up for `ceilMode`
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
  const { window, strides, paddings, more } = geometryOf('maxPool2d', x, kernelSize, options)
  return maxPool(x as Tensor4D, window, strides, around(paddings, more), 'floor')
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
export function avgPool2d(x: Tensor, kernelSize: Pair, options: AvgPoolOptions = {}): Tensor {
  const geometry = geometryOf('avgPool2d', x, kernelSize, options, AVG_POOL_DEFAULTS)
  const { window, strides, paddings, more } = geometry
  if (Math.max(...paddings) === 0 || options.countIncludePad === false) {
    return avgPool(x as Tensor4D, window, strides, around(paddings, more), 'floor')
  }
  // padding counts, what a last window sticks out beyond it does not
  return tidy(() => {
    const padded = pad(x as Tensor4D, around(paddings))
    return avgPool(padded, window, strides, around([0, 0], more), 'floor')
  })
}

const DEFAULTS = { stride: undefined, padding: 0, ceilMode: false } as const
export const AVG_POOL_DEFAULTS = { ...DEFAULTS, countIncludePad: true } as const

function geometryOf(
  layer: string,
  x: Tensor,
  kernelSize: Pair,
  options: PoolOptions,
  defaults?: typeof AVG_POOL_DEFAULTS,
) {
  checkMaps(layer, x)
  checkFloat(layer, x)
  const { ceilMode, ...geometry } = poolGeometry(layer, kernelSize, options, defaults)
  const { window, strides, paddings } = geometry
  checkWindow(layer, x, window, paddings)
  const more = ([0, 1] as const).map(axis => {
    if (!ceilMode) return 0
    const inside = x.shape[axis + 1]! + paddings[axis]
    const over = inside + paddings[axis] - window[axis]
    const steps = Math.ceil(over / strides[axis])
    // a window that begins in the padding at the end is none
    const last = steps * strides[axis] >= inside ? steps - 1 : steps
    return Math.max(last * strides[axis] - over, 0)
  }) as [number, number]
  return { ...geometry, more }
}

/** Window, strides, padding and rounding, checked. */
export function poolGeometry(
  layer: string,
  kernelSize: Pair,
  options: PoolOptions,
  defaults: typeof DEFAULTS | typeof AVG_POOL_DEFAULTS = DEFAULTS,
) {
  const {
    stride = kernelSize,
    padding,
    ceilMode,
  } = withDefaults<PoolOptions, typeof DEFAULTS>(layer, options, defaults)
  const window = pairOf(layer, 'kernelSize', kernelSize)
  const strides = pairOf(layer, 'stride', stride)
  const paddings = pairOf(layer, 'padding', padding, 0)
  if (2 * paddings[0] > window[0] || 2 * paddings[1] > window[1]) {
    throw new DlError('bad-option', {
      problem: `${layer} got padding ${showPair(padding)} for a window of ${showPair(kernelSize)}`,
      expected: 'at most half the window',
    })
  }
  return { window, strides, paddings, ceilMode }
}
