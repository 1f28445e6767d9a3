export { type BpttOptions, bpttLengths } from './bptt-lengths'
export { END_OF_TEXT, Field, type FieldOptions } from './field'
export {
  LanguageModelData,
  type LanguageModelDataOptions,
  type Splits,
  type Text,
} from './language-model-data'
export { LanguageModelLoader, type LanguageModelLoaderOptions } from './language-model-loader'
export { chars, type Tokenizer, words } from './tokenizer'
export { PADDING, UNKNOWN, Vocab, type VocabJson, type VocabOptions } from './vocab'
