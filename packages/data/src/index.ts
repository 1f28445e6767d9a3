export { files } from './files/index'
export type { FileContent, Files, Sha256 } from './files/types'
export { type Batch, type DataLoader, type Dataset, disposeBatch, type LoaderState } from './loader'
