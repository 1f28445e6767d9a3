/** The residual blocks of He et al. (2015): y = relu(x + f(x)). Names are torchvision's. */
import { checkOptions } from '@dl/core'
import { BatchNorm2d, type Conv2d, Module, ReLU } from '@dl/layers'
import { add, type Tensor } from '@tensorflow/tfjs-core'
import { type BlockOptions, checkWidths, conv1x1, conv3x3 } from './block'
import { shortcutOf } from './shortcut'

/**
 * Two 3×3 convolutions and a way around them: the block of ResNet-18 and -34.
 *
 * @example
 * ```ts
 * import { BasicBlock } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const block = new BasicBlock(4, 8, { stride: 2 })
 * const x = ones([1, 6, 6, 4])
 * const y = block.call(x)
 * y.shape // → 1,3,3,8
 * for (const owner of [x, y, block]) owner.dispose()
 * ```
 */
export class BasicBlock extends Module {
  static readonly expansion: number = 1
  static readonly preActivation: boolean = false
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly relu: ReLU
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly downsample: Module | null

  /**
   * @param inputs channels coming in
   * @param width channels within, and going out
   */
  constructor(inputs: number, width: number, options: BlockOptions = {}) {
    super()
    const { stride = 1, shortcut = 'projection' } = checkOptions('BasicBlock', options, [
      'stride',
      'shortcut',
    ])
    checkWidths('BasicBlock', inputs, width)
    // first, as it may refuse
    const downsample = shortcutOf(shortcut, [inputs, width], stride, true)
    this.conv1 = conv3x3(inputs, width, stride)
    this.bn1 = new BatchNorm2d(width)
    this.relu = new ReLU()
    this.conv2 = conv3x3(width, width)
    this.bn2 = new BatchNorm2d(width)
    this.downsample = downsample
  }

  forward(x: Tensor): Tensor {
    const inner = this.relu.call(this.bn1.call(this.conv1.call(x)))
    const y = this.bn2.call(this.conv2.call(inner))
    return this.relu.call(add(y, this.downsample?.call(x) ?? x))
  }
}

/**
 * A 3×3 convolution between two 1×1 that narrow and widen: the block of ResNet-50 and deeper. The
 * stride is on the 3×3 as in torchvision ("v1.5"); the paper has it on the first 1×1.
 *
 * @example
 * ```ts
 * import { Bottleneck } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const block = new Bottleneck(8, 4, { stride: 2 })
 * const x = ones([1, 6, 6, 8])
 * const y = block.call(x)
 * y.shape // → 1,3,3,16
 * for (const owner of [x, y, block]) owner.dispose()
 * ```
 */
export class Bottleneck extends Module {
  static readonly expansion: number = 4
  static readonly preActivation: boolean = false
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv3: Conv2d
  readonly bn3: BatchNorm2d
  readonly relu: ReLU
  readonly downsample: Module | null

  /**
   * @param inputs channels coming in
   * @param width channels within; four times as many go out
   */
  constructor(inputs: number, width: number, options: BlockOptions = {}) {
    super()
    const { stride = 1, shortcut = 'projection' } = checkOptions('Bottleneck', options, [
      'stride',
      'shortcut',
    ])
    checkWidths('Bottleneck', inputs, width)
    const outputs = 4 * width
    // first, as it may refuse
    const downsample = shortcutOf(shortcut, [inputs, outputs], stride, true)
    this.conv1 = conv1x1(inputs, width)
    this.bn1 = new BatchNorm2d(width)
    this.conv2 = conv3x3(width, width, stride)
    this.bn2 = new BatchNorm2d(width)
    this.conv3 = conv1x1(width, outputs)
    this.bn3 = new BatchNorm2d(outputs)
    this.relu = new ReLU()
    this.downsample = downsample
  }

  forward(x: Tensor): Tensor {
    const narrow = this.relu.call(this.bn1.call(this.conv1.call(x)))
    const inner = this.relu.call(this.bn2.call(this.conv2.call(narrow)))
    const y = this.bn3.call(this.conv3.call(inner))
    return this.relu.call(add(y, this.downsample?.call(x) ?? x))
  }
}
