export {
  type BatchNormOptions,
  type BatchStatistics,
  batchNorm,
  batchNormInference,
  type DropoutOptions,
  dropout,
  embedding,
  gru,
  lstm,
  rnn,
} from '@dl/core'
export { logSoftmax, relu, sigmoid, softmax, tanh } from '@tensorflow/tfjs-core'
export {
  activationRegularization,
  temporalActivationRegularization,
} from './activation-regularization'
export {
  type ActivationRegularizer,
  type ActivationRegularizerOptions,
  activationRegularizer,
} from './activation-regularizer'
export { LeakyReLU, LogSoftmax, leakyRelu, ReLU, Sigmoid, Softmax, Tanh } from './activations'
export {
  AdaptiveAvgPool2d,
  AdaptiveConcatPool2d,
  AdaptiveMaxPool2d,
  adaptiveAvgPool2d,
  adaptiveConcatPool2d,
  adaptiveMaxPool2d,
} from './adaptive-pool'
export { BatchNorm1d, BatchNorm2d, type BatchNormLayerOptions, bnFreeze } from './batch-norm'
export type { GroupNormOptions } from './channel-norm'
export {
  ConvTranspose2d,
  type ConvTranspose2dOptions,
  convTranspose2d,
  type TransposedSizes,
} from './conv-transpose2d'
export { Conv1d, type Conv1dOptions, type Conv1dSizes, conv1d } from './conv1d'
export { type ConvOptions, conv2d } from './conv2d'
export { Conv2d, type Conv2dOptions } from './conv2d-layer'
export { Dropout } from './dropout'
export { Dropout2d, dropout2d } from './dropout2d'
export { Embedding, type EmbeddingOptions } from './embedding'
export { Flatten, type FlattenOptions, flatten } from './flatten'
export { GroupNorm, type GroupNormInputs, groupNorm } from './group-norm'
export { GRU } from './gru'
export { GRUCell } from './gru-cell'
export { moduleAt, SaveFeatures, withHooks } from './hooks'
export { Identity } from './identity-layer'
export {
  identity,
  type NormalOptions,
  normal,
  type UniformOptions,
  uniform,
} from './init/distributions'
export { type Initializer, initialize } from './init/initialize'
export { orthogonal } from './init/orthogonal'
export {
  type GainOf,
  gain,
  type KaimingOptions,
  kaimingNormal,
  kaimingUniform,
  type XavierOptions,
  xavierNormal,
  xavierUniform,
} from './init/scaled'
export { InstanceNorm1d, InstanceNorm2d } from './instance-norm'
export { type InterpolateOptions, interpolate, Upsample } from './interpolate'
export { LayerNorm, type LayerNormInputs, type LayerNormOptions, layerNorm } from './layer-norm'
export { Linear, type LinearOptions } from './linear'
export { LockedDropout, lockedDropout } from './locked-dropout'
export {
  type BinaryCrossEntropyOptions,
  binaryCrossEntropy,
} from './losses/binary-cross-entropy'
export type { ClassWeights } from './losses/class-weights'
export { type CrossEntropyOptions, crossEntropy } from './losses/cross-entropy'
export { type KlDivOptions, klDiv } from './losses/kl-div'
export {
  type LinearCrossEntropyOptions,
  linearCrossEntropy,
} from './losses/linear-cross-entropy'
export { type NllOptions, nll } from './losses/nll'
export type { LossOptions, Reduction } from './losses/reduction'
export { type HuberOptions, huber, l1, mse } from './losses/regression'
export { LSTM } from './lstm'
export { LSTMCell, type LSTMCellState } from './lstm-cell'
export { type AnyModule, type ForwardHook, isModule, Module } from './module'
export { ModuleList } from './module-list'
export {
  type Padding,
  ReflectionPad2d,
  reflectionPad2d,
  type Sides,
  ZeroPad2d,
  zeroPad2d,
} from './padding'
export type { Pair } from './pair'
export { type AvgPoolOptions, avgPool2d, maxPool2d, type PoolOptions } from './pool'
export { AvgPool2d, MaxPool2d } from './pool-layers'
export { loadPyTorchStateDict, type PyTorchLoadOptions, toPyTorchStateDict } from './pytorch-files'
export { QRNN, type QRNNOptions, type QRNNState } from './qrnn'
export {
  type Architectures,
  architecture,
  fromRecipe,
  type Recipe,
  recipeOf,
  requireRecipe,
  withRecipe,
} from './recipe'
export type { RecurrentLayerOptions, RecurrentState } from './recurrent'
export type { CellOptions } from './recurrent-cell'
export { RNN, type RNNOptions } from './rnn'
export { RNNCell, type RNNCellOptions } from './rnn-cell'
export { Sequential } from './sequential'
export {
  ELU,
  elu,
  GELU,
  type GeluOptions,
  gelu,
  SiLU,
  Softplus,
  type SoftplusOptions,
  silu,
  softplus,
} from './smooth-activations'
export type { LoadOptions, LoadReport } from './state-dict'
export { type SummaryOptions, summary } from './summary'
export type { Shapes, Summary, SummaryRow } from './summary-table'
export { tie } from './tie'
