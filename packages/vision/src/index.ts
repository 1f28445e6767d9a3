export type { FoldersOptions } from './data/from-paths'
export {
  ImageClassifierData,
  type ImageDataOptions,
  type Parts,
} from './data/image-classifier-data'
export type { ImageContent, ImageItem, ImageSet } from './data/image-set'
export type { OnBadImage } from './data/image-store'
export { decodeImage, readImage } from './decode/index'
export type { DecodeOptions } from './decode/types'
export { encodePng } from './pictures/png'
export type { PixelImage } from './pixel-image'
export type { ChannelStats, ImageTransforms, TransformPair } from './transforms/image-transforms'
