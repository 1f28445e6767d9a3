export { encodePng } from './pictures/png'
export type { PixelImage } from './pixel-image'
export type { ChannelStats, ImageTransforms, TransformPair } from './transforms/image-transforms'
