export {
  type CrossEntropyOptions,
  crossEntropy,
  type DropoutOptions,
  dropout,
  embedding,
  gru,
  lstm,
  rnn,
} from '@dl/core'
export { logSoftmax, relu, sigmoid, softmax, tanh } from '@tensorflow/tfjs-core'
export { LeakyReLU, LogSoftmax, leakyRelu, ReLU, Sigmoid, Softmax, Tanh } from './activations'
export { Dropout } from './dropout'
export { Embedding } from './embedding'
export { GRU } from './gru'
export { GRUCell } from './gru-cell'
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
export { Linear, type LinearOptions } from './linear'
export { LSTM } from './lstm'
export { LSTMCell, type LSTMCellState } from './lstm-cell'
export { type AnyModule, type ForwardHook, isModule, Module } from './module'
export { ModuleList } from './module-list'
export type { RecurrentLayerOptions, RecurrentState } from './recurrent'
export { RNN, type RNNOptions } from './rnn'
export { RNNCell, type RNNCellOptions } from './rnn-cell'
export { Sequential } from './sequential'
export type { LoadOptions, LoadReport } from './state-dict'
export { type SummaryOptions, summary } from './summary'
export type { Shapes, Summary, SummaryRow } from './summary-table'
