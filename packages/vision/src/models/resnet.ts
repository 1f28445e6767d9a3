/** One builder for all residual nets: a stem, stages of blocks that halve the maps, a classifier. */
import {
  AdaptiveAvgPool2d,
  BatchNorm2d,
  Conv2d,
  flatten,
  initialize,
  kaimingNormal,
  Linear,
  MaxPool2d,
  Module,
  ReLU,
  Sequential,
} from '@dl/layers'
import type { Tensor } from '@tensorflow/tfjs-core'
import { conv3x3 } from './block'
import { checkResNet, type ResNetOptions } from './resnet-options'

/**
 * A residual net over pictures [N, H, W, channels]; scores [N, classes] come out. Children, names and
 * shapes are torchvision's: conv1, bn1, relu, maxpool, layer1 …, avgpool, fc. With pre-activation
 * blocks bn1 and relu stand behind the stages, where the paper has its last activation. Convolutions
 * are initialised as in torchvision (Kaiming, normal, fan out).
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { BasicBlock, ResNet } from '@dl/vision'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const net = new ResNet({ block: BasicBlock, layers: [1, 1], widths: [4, 8], classes: 2 })
 * const names = [...net.children()].map(([name]) => name)
 * names.join(' ') // → conv1 bn1 relu maxpool layer1 layer2 avgpool fc
 * const x = ones([1, 16, 16, 3])
 * const y = net.call(x)
 * y.shape // → 1,2
 * for (const owner of [x, y, net]) owner.dispose()
 * ```
 */
export class ResNet extends Module {
  declare readonly conv1: Conv2d
  declare readonly bn1: BatchNorm2d
  declare readonly relu: ReLU
  declare readonly maxpool?: MaxPool2d
  readonly [layer: `layer${number}`]: Sequential
  declare readonly avgpool?: AdaptiveAvgPool2d
  declare fc?: Module
  declare linear?: Module
  /** How many of the children make up the body, before pool and classifier. */
  readonly cut: number
  /** How many of the children come before the later half of the stages; see `ConvLearner`. */
  readonly lrCut: number
  /** Channels of the maps that the body gives out. */
  readonly features: number
  readonly #parts: readonly string[]

  constructor(options: ResNetOptions) {
    super()
    const widths = checkResNet(options)
    const { layers, classes = 1000, classifier = 'fc' } = options
    const { before, after } = ends(options, widths)
    const stages = stagesOf(options, widths)
    this.features = widths.at(-1)! * options.block.expansion
    const body = { ...before, ...stages, ...after }
    const top =
      classes === 0
        ? {}
        : { avgpool: new AdaptiveAvgPool2d(1), [classifier]: new Linear(this.features, classes) }
    Object.assign(this, body, top)
    this.#parts = Object.keys({ ...body, ...top })
    this.cut = Object.keys(body).length
    this.lrCut = Object.keys(before).length + Math.floor(layers.length / 2)
    for (const [, part] of this.namedModules()) {
      if (part instanceof Conv2d) initialize(part.weight, kaimingNormal({ mode: 'fanOut' }))
    }
  }

  forward(x: Tensor): Tensor {
    let output = x
    for (const name of this.#parts) {
      // as in torchvision there is no child that flattens
      if (name === 'fc' || name === 'linear') output = flatten(output)
      output = (this as unknown as Record<string, Module>)[name]!.call(output)
    }
    return output
  }
}

/** What comes before and behind the stages. */
function ends(
  { block, channels = 3, stem = 'imagenet' }: ResNetOptions,
  widths: readonly number[],
) {
  const [first, last] = [widths[0]!, widths.at(-1)! * block.expansion]
  const conv1 =
    stem === 'cifar'
      ? conv3x3(channels, first)
      : new Conv2d(channels, first, 7, { stride: 2, padding: 3, bias: false })
  const pool = stem === 'cifar' ? {} : { maxpool: new MaxPool2d(3, { stride: 2, padding: 1 }) }
  const activation = {
    bn1: new BatchNorm2d(block.preActivation ? last : first),
    relu: new ReLU(),
  }
  return block.preActivation
    ? { before: { conv1, ...pool }, after: activation }
    : { before: { conv1, ...activation, ...pool }, after: {} }
}

/** layer1, layer2, …; all but the first begin with a block of stride 2. */
function stagesOf({ block: Block, layers, shortcut }: ResNetOptions, widths: readonly number[]) {
  let inputs = widths[0]!
  const stages = layers.map((count, stage) => {
    const width = widths[stage]!
    const blocks = Array.from({ length: count }, (_, i) => {
      const block = new Block(inputs, width, { stride: i === 0 && stage > 0 ? 2 : 1, shortcut })
      inputs = width * Block.expansion
      return block
    })
    return [`layer${stage + 1}`, new Sequential(...blocks)] as const
  })
  return Object.fromEntries(stages)
}
