export { ArrayDataset, type Example } from './array-dataset'
export type { Layout } from './collate'
export {
  type CollateOptions,
  type DataLoaderOptions,
  dataLoader,
  type StatefulLoader,
} from './data-loader'
export { datasets } from './datasets/index'
export type { TextDataset } from './datasets/text-dataset'
export {
  download,
  downloadBytes,
  type FileSource,
  type FoundFile,
  type RemoteFile,
} from './download'
export { type FileKind, fileKind } from './file-kind'
export { files } from './files/index'
export { type FileInput, readInput } from './files/input'
export type { FileContent, Files, Sha256 } from './files/types'
export { fromStream, type StreamLoader, type StreamOptions, type StreamSource } from './from-stream'
export { type Batch, type DataLoader, type Dataset, disposeBatch, type LoaderState } from './loader'
export {
  encodeModelFile,
  type ModelFile,
  readModelFile,
  saveModelFile,
  type WantedParts,
} from './model-file'
export { decodePyTorch, readPyTorch } from './pytorch/decode'
export type { PyTorchTensor, PyTorchValue } from './pytorch/value'
export { type RowSplit, splitRows } from './rows'
export { decodeSafetensors } from './safetensors/decode'
export { encodeSafetensors } from './safetensors/encode'
export { readSafetensors, writeSafetensors } from './safetensors/files'
export type {
  SafetensorsArray,
  SafetensorsDtype,
  StoredTensor,
  StoredTensors,
} from './safetensors/format'
export {
  decodeTensors,
  encodeTensors,
  type LoadedTensors,
  loadTensors,
  saveTensors,
  storedOf,
  tensorsOf,
} from './safetensors/tensors'
export { fileStorage } from './storage/index'
export { indexedDbStorage } from './storage/indexed-db'
export { memoryStorage } from './storage/memory'
export { opfsStorage } from './storage/opfs'
export type { FileStorage } from './storage/types'
export { randomSplit, subset } from './subset'
export { take } from './take'
export { int32, type NumberArray, type Value, type Values } from './values'
export { type Windows, type WindowsOptions, windows } from './windows'
