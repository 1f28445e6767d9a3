export { imagesFromArchive } from './data/from-archive'
export { type ImageArrays, imagesFromArrays, type Labels, type Pixels } from './data/from-arrays'
export { type CsvOptions, imagesFromCsv } from './data/from-csv'
export { type FoldersOptions, imagesFromPaths } from './data/from-paths'
export {
  ImageClassifierData,
  type ImageDataOptions,
  type Parts,
} from './data/image-classifier-data'
export type { ImageContent, ImageItem, ImageSet } from './data/image-set'
export type { OnBadImage } from './data/image-store'
export type { Cifar10Options } from './datasets/cifar10'
export type { ImageDataset } from './datasets/image-dataset'
export { datasets } from './datasets/index'
export type { MnistOptions } from './datasets/mnist'
export type { Box, ShapeItem, ShapeKind, ShapesOptions } from './datasets/shapes'
export { decodeImage, readImage } from './decode/index'
export type { DecodeOptions } from './decode/types'
export { encodePng } from './pictures/png'
export type { PixelImage } from './pixel-image'
export type { ChannelStats, ImageTransforms, TransformPair } from './transforms/image-transforms'
