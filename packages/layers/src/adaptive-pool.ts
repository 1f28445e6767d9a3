/** Pooling to a given size of map, whatever comes in, with PyTorch's windows. */
import { DlError, showShape } from '@dl/core'
import { concat, reshape, slice, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkFloat, checkMaps } from './checks'
import { Module } from './module'
import { type Pair, pairOf, showPair } from './pair'
import { avgPool2d, maxPool2d } from './pool'

/**
 * The largest values over maps cut into `size` windows each way: `adaptive_max_pool2d`. Size 1, the
 * default, is the whole map: [N, 1, 1, C].
 *
 * @param x float32 [N, H, W, C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { adaptiveMaxPool2d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2, 3, 4, 5, 6], [1, 2, 3, 1])
 * const y = adaptiveMaxPool2d(x, [1, 2])
 * String(await y.data()) // → 5,6
 * x.dispose()
 * y.dispose()
 * ```
 */
export const adaptiveMaxPool2d = (x: Tensor, size: Pair = 1): Tensor =>
  adaptive('adaptiveMaxPool2d', x, size, maxPool2d)

/**
 * The means over maps cut into `size` windows each way: `adaptive_avg_pool2d`.
 *
 * @param x float32 [N, H, W, C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { adaptiveAvgPool2d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2, 3, 4], [1, 2, 2, 1])
 * const y = adaptiveAvgPool2d(x)
 * String(await y.data()) // → 2.5
 * x.dispose()
 * y.dispose()
 * ```
 */
export const adaptiveAvgPool2d = (x: Tensor, size: Pair = 1): Tensor =>
  adaptive('adaptiveAvgPool2d', x, size, avgPool2d)

/**
 * Maxima and means, in this order, one behind the other in the channels: fast.ai's pooling between
 * body and head.
 *
 * @param x float32 [N, H, W, C]
 * @returns [N, size, size, 2·C]
 * @throws DlError `shape-mismatch`, `bad-dtype`, `bad-option`
 *
 * @example
 * ```ts
 * import { adaptiveConcatPool2d } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2, 3, 4], [1, 2, 2, 1])
 * const y = adaptiveConcatPool2d(x)
 * String(await y.data()) // → 4,2.5
 * x.dispose()
 * y.dispose()
 * ```
 */
export const adaptiveConcatPool2d = (x: Tensor, size: Pair = 1): Tensor =>
  tidy(() => concat([adaptiveMaxPool2d(x, size), adaptiveAvgPool2d(x, size)], 3))

type Pool = (x: Tensor, window: Pair) => Tensor

function adaptive(name: string, x: Tensor, size: Pair, pool: Pool): Tensor {
  checkMaps(name, x)
  checkFloat(name, x)
  const [rows, columns] = pairOf(name, 'size', size)
  const [, height = 0, width = 0] = x.shape
  if (height * width === 0) {
    throw new DlError('shape-mismatch', {
      problem: `${name} got maps of shape ${showShape(x.shape)}, without a pixel`,
      expected: 'maps of at least 1 × 1',
    })
  }
  if (height % rows === 0 && width % columns === 0) {
    return pool(x, [height / rows, width / columns])
  }
  // no maps at all: tfjs's CPU backend does not slice what it put together out of nothing
  if (x.size === 0) return reshape(x, [x.shape[0]!, rows, columns, x.shape[3]!])
  // columns first: so the first of equal maxima is the first in reading order
  return tidy(() => cut(cut(x, 2, columns, pool), 1, rows, pool))
}

/** One axis in windows that may overlap by one: window i is from ⌊i·n/size⌋ to ⌈(i + 1)·n/size⌉. */
function cut(x: Tensor, axis: 1 | 2, size: number, pool: Pool): Tensor {
  const length = x.shape[axis]!
  const windows = Array.from({ length: size }, (_, i) => {
    const from = Math.floor((i * length) / size)
    const window = Math.ceil(((i + 1) * length) / size) - from
    const begin = x.shape.map((_, other) => (other === axis ? from : 0))
    const sizes = x.shape.map((n, other) => (other === axis ? window : n))
    return pool(slice(x, begin, sizes), axis === 1 ? [window, 1] : [1, window])
  })
  return concat(windows, axis)
}

abstract class AdaptivePool2d extends Module {
  /** @param size of the maps that come out (default 1) */
  constructor(readonly size: Pair = 1) {
    super()
    pairOf(new.target.name, 'size', size)
  }

  override describe(): string {
    return showPair(this.size)
  }
}

/** {@link adaptiveMaxPool2d} as a layer. */
export class AdaptiveMaxPool2d extends AdaptivePool2d {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.size)
  }
}

/** {@link adaptiveAvgPool2d} as a layer. */
export class AdaptiveAvgPool2d extends AdaptivePool2d {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.size)
  }
}

/** {@link adaptiveConcatPool2d} as a layer. */
export class AdaptiveConcatPool2d extends AdaptivePool2d {
  forward(x: Tensor): Tensor {
    return adaptiveConcatPool2d(x, this.size)
  }
}
