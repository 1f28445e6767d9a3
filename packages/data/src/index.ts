export { type Batch, type DataLoader, type Dataset, disposeBatch, type LoaderState } from './loader'
