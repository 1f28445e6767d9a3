export { type CallbackList, callbackList, type EventArgs } from './callback-list'
export { type Checkpoint, type CheckpointOptions, checkpoint } from './checkpoint/checkpoint'
export {
  type FoundCheckpoint,
  type Resume,
  type ResumeOptions,
  readCheckpoint,
} from './checkpoint/find'
export {
  type DecodedCheckpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  verifyCheckpoint,
} from './checkpoint/format'
export { type CsvLogOptions, csvLog } from './csv-log'
export { type EarlyStopping, type EarlyStoppingOptions, earlyStopping } from './early-stopping'
export { type Ema, type EmaOptions, ema } from './ema'
export {
  type LossRecorder,
  type LossRecorderOptions,
  lossRecorder,
  type RecordedEpoch,
} from './loss-recorder'
export { type LrFinder, type LrFinderOptions, lrFinder } from './lr-finder/lr-finder'
export type { LrFinderResult, Suggest } from './lr-finder/result'
export type {
  OptimizerSnapshot,
  RestorableBuffer,
  RestorableLoader,
  RestorableModel,
  RestorableOptimizer,
} from './lr-finder/snapshot'
export { steepest, valley } from './lr-finder/suggest'
export type { MonitorOptions } from './monitor'
export { type BrailleOptions, brailleChart } from './plots/braille'
export { type Plot, type PlotOptions, plot } from './plots/plot'
export type { ScaleKind } from './plots/scale'
export type { Mark, Series } from './plots/series'
export { type ChartOptions, lineChartSvg } from './plots/svg'
export { type ProgressOptions, progress } from './progress/progress'
export { inTerminal, type TextStream } from './progress/stream'
export {
  type Batch,
  type Callback,
  type CallbackEvent,
  type EpochRow,
  EVENTS,
  type Handled,
  type LayerOptimizerLike,
  type LossParts,
  type Resumed,
  type RunState,
  TRANSFORMS,
  type TrainContext,
} from './protocol'
export {
  type BestEpoch,
  type SaveBestModel,
  type SaveBestModelOptions,
  saveBestModel,
} from './save-best-model'
export { type SaveOnCycle, type SaveOnCycleOptions, saveOnCycle } from './save-on-cycle'
export type { Saveable } from './saveable'
export { type CircularLROptions, circularLR } from './schedules/circular-lr'
export type { CycleOptions } from './schedules/clock'
export { type CosAnnealOptions, cosAnneal } from './schedules/cos-anneal'
export { cosine } from './schedules/cosine'
export type { CyclicOptions } from './schedules/cyclic'
export { type LinearWarmupOptions, linearWarmup } from './schedules/linear-warmup'
export type { Momentums } from './schedules/momentums'
export { type OneCycleOptions, oneCycle } from './schedules/one-cycle'
export {
  type ReduceLROnPlateauOptions,
  reduceLROnPlateau,
} from './schedules/reduce-lr-on-plateau'
export {
  type MultiStepLROptions,
  multiStepLR,
  type StepLROptions,
  stepLR,
} from './schedules/step-lr'
export {
  type DecayingOptimizer,
  type WeightDecayScheduleOptions,
  weightDecaySchedule,
} from './schedules/weight-decay'
export { type Swa, type SwaOptions, swa } from './swa'
export { terminateOnNaN } from './terminate-on-nan'
export type { AveragedModel, WeightAverage } from './weight-average'
