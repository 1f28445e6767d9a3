/** The state of a run as callbacks see it. */
import type { CallbackList, EpochRow, Resumed, RunState, TrainContext } from '@dl/callbacks'
import type { LayerOptimizer } from '@dl/optim'
import type { Fault } from './fault'

/** How much of the running average of the loss stays at each batch. */
const SMOOTHING = 0.98

export class Run implements TrainContext {
  epoch = 0
  batch = 0
  batchesInEpoch = Number.POSITIVE_INFINITY
  step = 0
  loss = Number.NaN
  items = 0
  metrics: Record<string, number> = {}
  readonly history: EpochRow[] = []
  /** Why the run is to end, once it is. */
  stopped: string | null = null
  resumed: Resumed | null = null
  /** Batches of the training loader that are done in this epoch; a step may take several. */
  taken = 0
  /** What was not finite in the last batch. */
  fault: Fault | null = null
  /** Whether a batch has had gradients. */
  hasLearnt = false
  #average = 0
  /**
   * SMOOTHING to the power of the losses in it: what the zero it began with still counts. A product,
   * as engines differ in the last digit of a power, and a run may go on in another.
   */
  #ofZero = 1
  /** What the last epoch had, where that was not what it announced. */
  #counted: number | null = null
  /** Epochs that are done, and whether another has begun. */
  #finished = 0
  #begun = false

  constructor(
    readonly epochs: number,
    private readonly lo: LayerOptimizer,
    private readonly callbacks: CallbackList,
    /** All state of the run. */
    readonly capture: () => Promise<RunState>,
  ) {}

  get lr(): number {
    return this.lo.lr
  }

  get smoothLoss(): number {
    return this.#average / (1 - this.#ofZero)
  }

  /** How much of the run is done, 0 … 1, in exact epochs; whole ones while nobody knows their length. */
  get position(): number {
    return (this.epoch + this.batch / this.batchesInEpoch) / this.epochs
  }

  /** @param batches what the loader announces; Infinity where it does not know */
  beginEpoch(epoch: number, batches: number): void {
    this.epoch = epoch
    this.batch = 0
    this.taken = 0
    this.#begun = true
    this.batchesInEpoch = this.#counted ?? batches
    this.metrics = {}
  }

  /** The epoch is judged and noted; `onEpochEnd` comes next. */
  endEpoch(): void {
    this.history.push({ epoch: this.epoch, trnLoss: this.smoothLoss, ...this.metrics })
    this.#finished = this.epoch + 1
    this.#begun = false
  }

  /** Whether it stands within an epoch. */
  get isWithinEpoch(): boolean {
    return this.#begun
  }

  /** An epoch of more batches than thought is as long as it has become. */
  beginBatch(): void {
    this.batchesInEpoch = Math.max(this.batchesInEpoch, this.batch + 1)
  }

  endBatch(loss: number, items: number): void {
    this.loss = loss
    this.items = items
    this.batch++
    this.step++
    // one loss that is no number must not hide all those after it
    if (!Number.isFinite(loss)) return
    this.#ofZero *= SMOOTHING
    this.#average = SMOOTHING * this.#average + (1 - SMOOTHING) * loss
  }

  /** The loader has no more. @param announced as `beginEpoch` was told */
  endData(announced: number): void {
    this.batchesInEpoch = this.batch
    this.#counted = this.batch === announced ? null : this.batch
  }

  /** Numbers for a checkpoint. */
  state() {
    const { step, loss, items, history, metrics, batchesInEpoch, taken } = this
    return {
      epoch: this.#finished,
      ...(this.#begun ? { batch: this.batch, taken } : { batch: 0, taken: 0 }),
      batchesInEpoch,
      step,
      loss,
      items,
      metrics: { ...metrics },
      history: history.map(row => ({ ...row })),
      average: this.#average,
      ofZero: this.#ofZero,
      counted: this.#counted,
    }
  }

  restore(state: ReturnType<Run['state']>): void {
    const { epoch, batch, taken, batchesInEpoch, step, loss, items, metrics } = state
    Object.assign(this, { epoch, batch, taken, batchesInEpoch, step, loss, items, metrics })
    this.history.push(...state.history.map(row => ({ ...row })))
    this.#average = state.average
    this.#ofZero = state.ofZero
    this.#counted = state.counted
    this.#finished = epoch
    this.#begun = batch > 0
  }

  stop(reason = 'a callback stopped it'): void {
    this.stopped ??= reason
  }

  emit(event: 'onCycleEnd', cycle: number): Promise<void> {
    return this.callbacks.emit(event, this, cycle)
  }
}
