export { activationMap, type MapMethod, type MapOptions, weightedSum } from './maps/activation-map'
export { type ClassActivationMapOptions, classActivationMap } from './maps/class-activation-map'
export type { ClassTarget } from './maps/class-target'
export { type GradCamOptions, gradCam, gradCamPlusPlus } from './maps/grad-cam'
export type { Pass, PassOptions } from './maps/pass'
export { type ColormapName, colormap } from './pictures/colormap'
export {
  enlarge,
  type HeatMapOptions,
  heatMap,
  type MapRows,
  type OverlayOptions,
  overlay,
} from './pictures/overlay'
export { encodePng } from './pictures/png'
export { toCanvas } from './pictures/to-canvas'
export type { PixelImage } from './pixel-image'
export type { ChannelStats, ImageTransforms, TransformPair } from './transforms/image-transforms'
