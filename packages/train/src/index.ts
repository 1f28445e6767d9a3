export { type EvaluateOptions, type Evaluation, evaluate } from './evaluate'
export { type FitOptions, type FitResult, fit } from './fit'
export type { Loss, TrainableModel, TrainData } from './model'
