/**
 * The blocks of "Identity Mappings in Deep Residual Networks" (He et al., 2016), which put batch norm
 * and ReLU before each convolution: y = x + f(x), so that the way around the block is free. Where
 * sizes change, the shortcut starts behind the first ReLU. Fields are named as in the other blocks;
 * a projection is `downsample.0`, without a norm.
 */
import { checkOptions } from '@dl/core'
import { BatchNorm2d, type Conv2d, Module, ReLU } from '@dl/layers'
import { add, type Tensor } from '@tensorflow/tfjs-core'
import { type BlockOptions, checkWidths, conv1x1, conv3x3 } from './block'
import { shortcutOf } from './shortcut'

/**
 * Two 3×3 convolutions, each behind a batch norm and a ReLU.
 *
 * @example
 * ```ts
 * import { PreActBlock } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const block = new PreActBlock(4, 8, { stride: 2 })
 * const x = ones([1, 6, 6, 4])
 * const y = block.call(x)
 * y.shape // → 1,3,3,8
 * for (const owner of [x, y, block]) owner.dispose()
 * ```
 */
export class PreActBlock extends Module {
  static readonly expansion: number = 1
  static readonly preActivation: boolean = true
  readonly bn1: BatchNorm2d
  readonly conv1: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv2: Conv2d
  readonly relu: ReLU
  readonly downsample: Module | null

  /**
   * @param inputs channels coming in
   * @param width channels within, and going out
   */
  constructor(inputs: number, width: number, options: BlockOptions = {}) {
    super()
    const { stride = 1, shortcut = 'projection' } = checkOptions('PreActBlock', options, [
      'stride',
      'shortcut',
    ])
    checkWidths('PreActBlock', inputs, width)
    // first, as it may refuse
    const downsample = shortcutOf(shortcut, [inputs, width], stride, false)
    this.bn1 = new BatchNorm2d(inputs)
    this.conv1 = conv3x3(inputs, width, stride)
    this.bn2 = new BatchNorm2d(width)
    this.conv2 = conv3x3(width, width)
    this.relu = new ReLU()
    this.downsample = downsample
  }

  forward(x: Tensor): Tensor {
    const active = this.relu.call(this.bn1.call(x))
    const inner = this.relu.call(this.bn2.call(this.conv1.call(active)))
    return add(this.conv2.call(inner), this.downsample?.call(active) ?? x)
  }
}

/**
 * A 3×3 convolution between two 1×1, each behind a batch norm and a ReLU.
 *
 * @example
 * ```ts
 * import { PreActBottleneck } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const block = new PreActBottleneck(8, 4)
 * const x = ones([1, 6, 6, 8])
 * const y = block.call(x)
 * y.shape // → 1,6,6,16
 * for (const owner of [x, y, block]) owner.dispose()
 * ```
 */
export class PreActBottleneck extends Module {
  static readonly expansion: number = 4
  static readonly preActivation: boolean = true
  readonly bn1: BatchNorm2d
  readonly conv1: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn3: BatchNorm2d
  readonly conv3: Conv2d
  readonly relu: ReLU
  readonly downsample: Module | null

  /**
   * @param inputs channels coming in
   * @param width channels within; four times as many go out
   */
  constructor(inputs: number, width: number, options: BlockOptions = {}) {
    super()
    const { stride = 1, shortcut = 'projection' } = checkOptions('PreActBottleneck', options, [
      'stride',
      'shortcut',
    ])
    checkWidths('PreActBottleneck', inputs, width)
    const outputs = 4 * width
    // first, as it may refuse
    const downsample = shortcutOf(shortcut, [inputs, outputs], stride, false)
    this.bn1 = new BatchNorm2d(inputs)
    this.conv1 = conv1x1(inputs, width)
    this.bn2 = new BatchNorm2d(width)
    this.conv2 = conv3x3(width, width, stride)
    this.bn3 = new BatchNorm2d(width)
    this.conv3 = conv1x1(width, outputs)
    this.relu = new ReLU()
    this.downsample = downsample
  }

  forward(x: Tensor): Tensor {
    const active = this.relu.call(this.bn1.call(x))
    const narrow = this.relu.call(this.bn2.call(this.conv1.call(active)))
    const inner = this.relu.call(this.bn3.call(this.conv2.call(narrow)))
    return add(this.conv3.call(inner), this.downsample?.call(active) ?? x)
  }
}
