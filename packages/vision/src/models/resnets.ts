/** The nets of the papers, each a line over {@link ResNet}; they can be exported. */
import { architecture } from '@dl/layers'
import { BasicBlock, Bottleneck } from './basic-block'
import { PreActBlock, PreActBottleneck } from './pre-activation-block'
import { ResNet } from './resnet'
import type { ResNetOptions } from './resnet-options'

/** What may differ from the paper's net: `{ classes: 10, stem: 'cifar' }`. */
export type ResNetVariant = Omit<Partial<ResNetOptions>, 'block' | 'layers'>

/** Makes a net of one architecture. */
export type ResNetMaker = (variant?: ResNetVariant) => ResNet

/**
 * ResNet-18: 11,689,512 parameters with 1000 classes. Reads torchvision's weights, as do 34 and 50.
 *
 * @example
 * ```ts
 * import { resnet18 } from '@dl/vision'
 *
 * const net = resnet18({ classes: 10, stem: 'cifar', widths: [4, 8, 16, 32] })
 * net.features // → 32
 * net.dispose()
 * ```
 */
export const resnet18: ResNetMaker = /* @__PURE__ */ architecture(
  'resnet18',
  (variant?: ResNetVariant) => new ResNet({ block: BasicBlock, layers: [2, 2, 2, 2], ...variant }),
)

/** ResNet-34: 21,797,672 parameters; see {@link resnet18}. */
export const resnet34: ResNetMaker = /* @__PURE__ */ architecture(
  'resnet34',
  (variant?: ResNetVariant) => new ResNet({ block: BasicBlock, layers: [3, 4, 6, 3], ...variant }),
)

/** ResNet-50: 25,557,032 parameters; see {@link resnet18}. */
export const resnet50: ResNetMaker = /* @__PURE__ */ architecture(
  'resnet50',
  (variant?: ResNetVariant) => new ResNet({ block: Bottleneck, layers: [3, 4, 6, 3], ...variant }),
)

/** ResNet-18 with pre-activation (He et al., 2016); see {@link PreActBlock}. */
export const preActResnet18: ResNetMaker = /* @__PURE__ */ architecture(
  'preActResnet18',
  (variant?: ResNetVariant) => new ResNet({ block: PreActBlock, layers: [2, 2, 2, 2], ...variant }),
)

/** ResNet-34 with pre-activation (He et al., 2016); see {@link PreActBlock}. */
export const preActResnet34: ResNetMaker = /* @__PURE__ */ architecture(
  'preActResnet34',
  (variant?: ResNetVariant) => new ResNet({ block: PreActBlock, layers: [3, 4, 6, 3], ...variant }),
)

/** ResNet-50 with pre-activation (He et al., 2016); see {@link PreActBottleneck}. */
export const preActResnet50: ResNetMaker = /* @__PURE__ */ architecture(
  'preActResnet50',
  (variant?: ResNetVariant) =>
    new ResNet({ block: PreActBottleneck, layers: [3, 4, 6, 3], ...variant }),
)

/**
 * ResNet-20 for CIFAR (He et al., 2015, §4.2): 269,722 parameters, three stages of 16, 32 and 64
 * channels, shortcuts without parameters. Names are those of akamaster's published weights.
 *
 * @example
 * ```ts
 * import { resnet20 } from '@dl/vision'
 *
 * const net = resnet20()
 * const sizes = [...net.parameters()].map(({ size }) => size)
 * sizes.reduce((a, b) => a + b) // → 269722
 * net.dispose()
 * ```
 */
export const resnet20: ResNetMaker = /* @__PURE__ */ architecture(
  'resnet20',
  (variant?: ResNetVariant) => cifarResnet(3, variant),
)

/** ResNet-32 for CIFAR: 464,154 parameters; see {@link resnet20}. */
export const resnet32: ResNetMaker = /* @__PURE__ */ architecture(
  'resnet32',
  (variant?: ResNetVariant) => cifarResnet(5, variant),
)

/** ResNet-56 for CIFAR: 853,018 parameters; see {@link resnet20}. */
export const resnet56: ResNetMaker = /* @__PURE__ */ architecture(
  'resnet56',
  (variant?: ResNetVariant) => cifarResnet(9, variant),
)

function cifarResnet(blocks: number, variant?: ResNetVariant): ResNet {
  return new ResNet({
    block: BasicBlock,
    layers: [blocks, blocks, blocks],
    widths: [16, 32, 64],
    classes: 10,
    stem: 'cifar',
    shortcut: 'padding',
    classifier: 'linear',
    ...variant,
  })
}
