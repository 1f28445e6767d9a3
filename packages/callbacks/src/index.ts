export { type CallbackList, callbackList, type EventArgs } from './callback-list'
export {
  type Batch,
  type Callback,
  type CallbackEvent,
  type EpochRow,
  EVENTS,
  type Handled,
  type LayerOptimizerLike,
  TRANSFORMS,
  type TrainContext,
} from './protocol'
