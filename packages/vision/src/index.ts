export {
  ConvLearner,
  type ConvLearnerOptions,
  type PretrainedOptions,
} from './learner/conv-learner'
export type { ConvData } from './learner/data'
export type { StateDict, Weights } from './learner/load-body'
export { BasicBlock, Bottleneck } from './models/basic-block'
export type { BlockOptions, BlockType } from './models/block'
export { type Convnet, type ConvnetOptions, convnetBuilder } from './models/convnet-builder'
export { bodyOf, type CutOptions, type CuttableNet } from './models/cut'
export type { HeadOptions } from './models/head'
export { PreActBlock, PreActBottleneck } from './models/pre-activation-block'
export { ResNet } from './models/resnet'
export type { ResNetOptions } from './models/resnet-options'
export {
  preActResnet18,
  preActResnet34,
  preActResnet50,
  type ResNetMaker,
  type ResNetVariant,
  resnet18,
  resnet20,
  resnet32,
  resnet34,
  resnet50,
  resnet56,
} from './models/resnets'
export type { Shortcut } from './models/shortcut'
export { encodePng } from './pictures/png'
export type { PixelImage } from './pixel-image'
export type { ChannelStats, ImageTransforms, TransformPair } from './transforms/image-transforms'
