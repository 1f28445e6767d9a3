/** The state of a run as callbacks see it. */
import type { CallbackList, EpochRow, TrainContext } from '@dl/callbacks'
import type { LayerOptimizer } from '@dl/optim'

/** How much of the running average of the loss stays at each batch. */
const SMOOTHING = 0.98

export class Run implements TrainContext {
  epoch = 0
  batch = 0
  batchesInEpoch = 0
  step = 0
  loss = Number.NaN
  items = 0
  metrics: Record<string, number> = {}
  readonly history: EpochRow[] = []
  /** Why the run is to end, once it is. */
  stopped: string | null = null
  #average = 0

  constructor(
    readonly epochs: number,
    private readonly lo: LayerOptimizer,
    private readonly callbacks: CallbackList,
  ) {}

  get lr(): number {
    return this.lo.lr
  }

  get smoothLoss(): number {
    return this.#average / (1 - SMOOTHING ** this.step)
  }

  /** How much of the run is done, 0 … 1, in exact epochs. */
  get position(): number {
    return (this.epoch + this.batch / this.batchesInEpoch) / this.epochs
  }

  beginEpoch(epoch: number, batches: number): void {
    this.epoch = epoch
    this.batch = 0
    this.batchesInEpoch = batches
    this.metrics = {}
  }

  endBatch(loss: number, items: number): void {
    this.loss = loss
    this.items = items
    this.batch++
    this.step++
    this.#average = SMOOTHING * this.#average + (1 - SMOOTHING) * loss
  }

  stop(reason = 'a callback stopped it'): void {
    this.stopped ??= reason
  }

  emit(event: 'onCycleEnd', cycle: number): Promise<void> {
    return this.callbacks.emit(event, this, cycle)
  }
}
