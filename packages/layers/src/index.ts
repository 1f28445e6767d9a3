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
export { Dropout } from './dropout'
export { Embedding } from './embedding'
export { GRU } from './gru'
export { Linear, type LinearOptions } from './linear'
export { LSTM } from './lstm'
export { type AnyModule, type ForwardHook, isModule, Module } from './module'
export type { RecurrentLayerOptions, RecurrentState } from './recurrent'
export { RNN, type RNNOptions } from './rnn'
export { Sequential } from './sequential'
export type { LoadOptions, LoadReport } from './state-dict'
