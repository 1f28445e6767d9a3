export { activationMap, type MapMethod, type MapOptions, weightedSum } from './maps/activation-map'
export { type ClassActivationMapOptions, classActivationMap } from './maps/class-activation-map'
export type { ClassTarget } from './maps/class-target'
export { type GradCamOptions, gradCam, gradCamPlusPlus } from './maps/grad-cam'
export type { Pass, PassOptions } from './maps/pass'
export { type Peak, peakOf } from './maps/peak'
export { type Sighting, type Zoom, type ZoomOptions, zoomToPeak } from './maps/zoom-to-peak'
export { type ColormapName, colormap } from './pictures/colormap'
export type { Box } from './pictures/crop'
export type { MapRows } from './pictures/map-rows'
export {
  enlarge,
  type HeatMapOptions,
  heatMap,
  type OverlayOptions,
  overlay,
} from './pictures/overlay'
export { encodePng } from './pictures/png'
export { toCanvas } from './pictures/to-canvas'
export type { PixelImage } from './pixel-image'
export type { ChannelStats, ImageTransforms, TransformPair } from './transforms/image-transforms'
