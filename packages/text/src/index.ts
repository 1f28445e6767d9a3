export { AWDLSTM, type AWDLSTMOptions } from './awd-lstm'
export { type BpttOptions, bpttLengths } from './bptt-lengths'
export { type Cell, CharLM, type CharLMOptions } from './char-lm'
export { END_OF_TEXT, Field, type FieldOptions } from './field'
export { type GenerateOptions, generate } from './generate'
export {
  LanguageModelData,
  type LanguageModelDataOptions,
  type Splits,
  type Text,
} from './language-model-data'
export {
  exportLanguageModel,
  type LoadLanguageModelOptions,
  loadLanguageModel,
} from './language-model-file'
export { LanguageModelLoader, type LanguageModelLoaderOptions } from './language-model-loader'
export type { NextToken, WrittenToken } from './next-token'
export { type PredictNextOptions, predictNext } from './predict-next'
export { type SampleOptions, sample } from './sample'
export { type SwapNoiseOptions, swapNoise } from './swap-noise'
export { chars, type Joint, type Tokenizer, words } from './tokenizer'
export { PADDING, UNKNOWN, Vocab, type VocabJson, type VocabOptions } from './vocab'
