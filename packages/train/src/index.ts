export { type CycleOptions, epochCount } from './epoch-count'
export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate'
export { fit } from './fit'
export type { FitOptions, FitResult } from './fit-options'
export { Learner } from './learner'
export type {
  LearnerFitOptions,
  LearnerOptions,
  LearnerResumeOptions,
  LearnerTtaOptions,
} from './learner-options'
export { accuracy } from './metrics/accuracy'
export { type AccuracyThresholdOptions, accuracyThreshold } from './metrics/accuracy-threshold'
export type { ClassScoreOptions } from './metrics/class-scores'
export { type ConfusionMatrix, confusionMatrix } from './metrics/confusion-matrix'
export { f1, fBeta } from './metrics/f-beta'
export { logLoss } from './metrics/log-loss'
export { mae } from './metrics/mae'
export type { CountMetric, MeanMetric, Metric } from './metrics/metric'
export { perplexity } from './metrics/perplexity'
export { precision } from './metrics/precision'
export { r2 } from './metrics/r2'
export { recall } from './metrics/recall'
export { rmse } from './metrics/rmse'
export { topK } from './metrics/top-k'
export type { LearnerModel, Loss, TrainableModel, TrainData } from './model'
export { type Predictions, predictWithTargets } from './predict'
export { type Judged, type RankedItem, type Ranking, rankPredictions } from './rank-predictions'
export type { TtaOptions, TtaResult, TtaStack } from './tta'
