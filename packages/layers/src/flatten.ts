import { DlError } from '@dl/core'
import { reshape, type Tensor, tidy, transpose, util } from '@tensorflow/tfjs-core'
import { checkMaps, checkTensor } from './checks'
import { Module } from './module'
import { withDefaults } from './options'

export interface FlattenOptions {
  /**
   * Whether the values of a map come channel by channel, as PyTorch has them, and not pixel by pixel
   * (default false). It matters to a Linear behind maps larger than 1×1 whose weights come from
   * PyTorch, and costs a transposition.
   */
  channelsFirst?: boolean
}

/**
 * All axes but the first as one.
 *
 * @param x of at least one axis; [N, H, W, C] for `channelsFirst`
 * @throws DlError `shape-mismatch`
 *
 * @example
 * ```ts
 * import { flatten } from '@dl/layers'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 10, 2, 20], [1, 1, 2, 2])
 * const y = flatten(x)
 * String(await y.data()) // → 1,10,2,20
 * const asTorch = flatten(x, { channelsFirst: true })
 * String(await asTorch.data()) // → 1,2,10,20
 * for (const t of [x, y, asTorch]) t.dispose()
 * ```
 */
export function flatten(x: Tensor, options: FlattenOptions = {}): Tensor {
  const { channelsFirst } = withDefaults('flatten', options, { channelsFirst: false })
  checkTensor('flatten', x)
  if (x.rank === 0) {
    throw new DlError('shape-mismatch', {
      problem: 'flatten got a scalar',
      expected: 'a tensor whose first axis is the batch',
    })
  }
  const [items, ...rest] = x.shape as [number, ...number[]]
  const flat = [items, util.sizeFromShape(rest)]
  if (!channelsFirst) return reshape(x, flat)
  checkMaps('flatten', x)
  return tidy(() => reshape(transpose(x, [0, 3, 1, 2]), flat))
}

/** {@link flatten} as a layer. */
export class Flatten extends Module {
  constructor(readonly options: FlattenOptions = {}) {
    super()
    withDefaults('Flatten', options, { channelsFirst: false })
  }

  forward(x: Tensor): Tensor {
    return flatten(x, this.options)
  }

  override describe(): string {
    return this.options.channelsFirst ? 'channelsFirst=true' : ''
  }
}
