export { type ComputeStatsOptions, computeStats } from './data/compute-stats'
export type { ImageDataOptions } from './data/data-options'
export { imagesFromArchive } from './data/from-archive'
export { type ImageArrays, imagesFromArrays, type Labels, type Pixels } from './data/from-arrays'
export { type CsvOptions, imagesFromCsv } from './data/from-csv'
export { type FoldersOptions, imagesFromPaths } from './data/from-paths'
export { ImageClassifierData, type Parts } from './data/image-classifier-data'
export type { ImageContent, ImageItem, ImageSet } from './data/image-set'
export type { OnBadImage } from './data/image-store'
export type { OnPassedOver } from './data/picture-files'
export type { SetOptions } from './data/set-options'
export type { Columns, TableOptions } from './data/table'
export type { LabelOptions } from './data/table-labels'
export type { Cifar10Options } from './datasets/cifar10'
export type { ImageDataset } from './datasets/image-dataset'
export { datasets } from './datasets/index'
export type { MnistOptions } from './datasets/mnist'
export type { Box, ShapeItem, ShapeKind, ShapesOptions } from './datasets/shapes'
export { decodeImage, readImage } from './decode/index'
export type { DecodeOptions } from './decode/types'
export { ConvLearner, type PretrainedOptions } from './learner/conv-learner'
export type { ConvData, ConvLearnerOptions } from './learner/data'
export {
  ImagePredictor,
  type ImagePredictorOptions,
  type PredictionOfOne,
  type PredictOneOptions,
} from './learner/image-predictor'
export type { StateDict, Weights } from './learner/load-body'
export { type LoadLearnerOptions, loadLearner } from './learner/load-learner'
export type { PictureInput } from './learner/picture-input'
export { activationMap, type MapMethod, type MapOptions, weightedSum } from './maps/activation-map'
export { type ClassActivationMapOptions, classActivationMap } from './maps/class-activation-map'
export type { ClassTarget } from './maps/class-target'
export { type GradCamOptions, gradCam, gradCamPlusPlus } from './maps/grad-cam'
export type { Pass, PassOptions } from './maps/pass'
export { type Peak, peakOf } from './maps/peak'
export { type Sighting, type Zoom, type ZoomOptions, zoomToPeak } from './maps/zoom-to-peak'
export { type MixupOptions, mixup } from './mixup'
export { BasicBlock, Bottleneck } from './models/basic-block'
export type { BlockOptions, BlockType } from './models/block'
export { type Convnet, type ConvnetOptions, convnetBuilder } from './models/convnet-builder'
export { bodyOf, type CutOptions, type CuttableNet } from './models/cut'
export type { HeadOptions } from './models/head'
export { PreActBlock, PreActBottleneck } from './models/pre-activation-block'
export {
  type PretrainedResNetMaker,
  resnet18,
  resnet34,
  resnet50,
} from './models/pretrained-resnets'
export type { PublishedWeights } from './models/published-weights'
export { ResNet } from './models/resnet'
export type { ResNetOptions } from './models/resnet-options'
export {
  preActResnet18,
  preActResnet34,
  preActResnet50,
  type ResNetMaker,
  type ResNetVariant,
  resnet20,
  resnet32,
  resnet56,
} from './models/resnets'
export type { Shortcut } from './models/shortcut'
export { type ColormapName, colormap } from './pictures/colormap'
export { type ConfusionPlotOptions, confusionPlot } from './pictures/confusion-plot'
export { type Figure, type FiguresOptions, figuresHtml } from './pictures/figures-html'
export type { MapRows } from './pictures/map-rows'
export {
  enlarge,
  type HeatMapOptions,
  heatMap,
  type OverlayOptions,
  overlay,
} from './pictures/overlay'
export { encodePng } from './pictures/png'
export { type ShowBatchOptions, type ShownData, showBatch } from './pictures/show-batch'
export { picturesOf, type ShowOptions, showImages } from './pictures/show-images'
export { toCanvas } from './pictures/to-canvas'
export { type TopLosses, type TopLossesOptions, topLosses } from './pictures/top-losses'
export type { PixelImage } from './pixel-image'
export type { Affine, Frame } from './transforms/affine'
export type { BorderMode } from './transforms/border'
export { type CutoutOptions, cutout } from './transforms/cutout'
export type {
  ChannelStats,
  ImageTransforms,
  Region,
  TransformPair,
  TransformsRecipe,
} from './transforms/image-transforms'
export { type ImageTransformsOptions, imageTransforms } from './transforms/pipeline'
export { centerCrop, randomCrop } from './transforms/random-crop'
export { randomDihedral } from './transforms/random-dihedral'
export { type RandomFlipOptions, randomFlip } from './transforms/random-flip'
export { randomLighting } from './transforms/random-lighting'
export { type RandomResizedCropOptions, randomResizedCrop } from './transforms/random-resized-crop'
export { type RandomRotateOptions, randomRotate } from './transforms/random-rotate'
export { type RandomZoomOptions, randomZoom } from './transforms/random-zoom'
export { type ScaleToOptions, scaleTo, squashTo } from './transforms/scaling'
export { transformsBasic, transformsSideOn, transformsTopDown } from './transforms/sets'
export { cifar10Stats, imagenetStats, inceptionStats } from './transforms/stats'
export {
  type Arch,
  type CropType,
  type TfmsOptions,
  tfmsFromModel,
  tfmsFromStats,
} from './transforms/tfms'
export type { Change, ImageTransform, Rectangle, Scaling, Step, Tone } from './transforms/transform'
