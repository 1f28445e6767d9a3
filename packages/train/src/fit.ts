/**
 * The training loop of lesson 7: plain model, data, optimizer and loss, with callbacks as guests.
 */
import { type Callback, type CallbackList, callbackList, type EpochRow } from '@dl/callbacks'
import { DlError } from '@dl/core'
import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import type { LayerOptimizer } from '@dl/optim'
import { dispose, tidy } from '@tensorflow/tfjs-core'
import { breather } from './breathe'
import { evaluate } from './evaluate'
import type { Metric } from './metrics/metric'
import type { Loss, TrainableModel, TrainData } from './model'
import { Run } from './run'
import { trainStep } from './train-step'

export interface FitOptions {
  callbacks?: readonly Callback[]
  /**
   * Whether carried state (hidden states) flows from epoch to validation to epoch, as in the lesson
   * (default false: it starts afresh at each).
   */
  carryState?: boolean
  /** What each validation measures beside the loss: columns of the table. */
  metrics?: readonly Metric[]
  /** Ends the run cleanly after the batch in progress. */
  signal?: AbortSignal
}

/** What became of a run. */
export interface FitResult {
  /** One row for each finished epoch. */
  history: EpochRow[]
  /** Why the run ended before its last epoch, or null. */
  stopped: string | null
}

/**
 * Trains `model` for `epochs` epochs. `lo` keeps its state, so a second call goes on where the first
 * ended; the model is left in the mode of the last pass.
 *
 * @param loss from output and target to the batch's mean loss
 * @throws DlError `bad-option`, `empty-loader`; what callbacks and `forward` throw, after `onError`
 *   and `onTrainEnd` ran. The model is as the last whole step left it.
 *
 * @example
 * ```ts
 * import { Linear } from '@dl/layers'
 * import { adam, LayerOptimizer } from '@dl/optim'
 * import { fit } from '@dl/train'
 * import { mean, ones, square, sub } from '@tensorflow/tfjs-core'
 *
 * const batch = () => ({ inputs: [ones([4, 2])], target: ones([4, 1]), items: 4 })
 * const train = {
 *   length: 50,
 *   async *[Symbol.asyncIterator]() { for (let i = 0; i < 50; i++) yield batch() },
 * }
 * const model = new Linear(2, 1)
 * const lo = new LayerOptimizer(adam, model, 0.1)
 * const { history } = await fit(model, { train }, 2, lo, (y, t) => mean(square(sub(y, t))))
 * history.length // → 2
 * history[1]!.trnLoss < history[0]!.trnLoss // → true
 * lo.dispose()
 * model.dispose()
 * ```
 */
export async function fit(
  model: TrainableModel,
  data: TrainData,
  epochs: number,
  lo: LayerOptimizer,
  loss: Loss,
  { callbacks = [], carryState = false, metrics = [], signal }: FitOptions = {},
): Promise<FitResult> {
  checkOptions(epochs, data.train)
  const list = callbackList(callbacks)
  const run = new Run(epochs, lo, list)
  const breathe = breather()
  const aborted = () => {
    if (signal?.aborted) run.stop('it was aborted')
    return run.stopped !== null
  }

  const trainEpoch = async () => {
    if (!carryState) model.resetState()
    model.train()
    await list.emit('onPhaseBegin', run)
    for await (const original of data.train) {
      const batch = transformed(original, list, run)
      try {
        lo.setPosition(run.position)
        await list.emit('onBatchBegin', run)
        if (aborted()) break
        const value = await trainStep(model, batch, lo, loss, list, run)
        run.endBatch(value, batch.items)
      } finally {
        disposeBatch(batch)
      }
      await list.emit('onBatchEnd', run)
      await breathe()
      if (aborted()) break
    }
    await list.emit('onPhaseEnd', run)
  }

  const validate = async (loader: DataLoader) => {
    await list.emit('onValidationBegin', run)
    const options = { carryState, metrics, signal }
    const { loss: valLoss, metrics: others } = await evaluate(model, loader, loss, options)
    run.metrics = { valLoss, ...others }
    await list.emit('onValidationEnd', run)
  }

  const runEpochs = async () => {
    await list.emit('onTrainBegin', run)
    for (let epoch = 0; epoch < epochs && !aborted(); epoch++) {
      run.beginEpoch(epoch, data.train.length)
      await list.emit('onEpochBegin', run)
      if (aborted()) return
      await trainEpoch()
      if (run.batch < run.batchesInEpoch) return
      if (data.validation && !signal?.aborted) await validate(data.validation)
      if (signal?.aborted) return
      run.history.push({ epoch, trnLoss: run.smoothLoss, ...run.metrics })
      await list.emit('onEpochEnd', run)
      run.epoch = epoch + 1
    }
  }

  try {
    await runEpochs()
    aborted()
  } catch (error) {
    await settle(list.emit('onError', run, error))
    await settle(list.emit('onTrainEnd', run))
    throw error
  }
  await list.emit('onTrainEnd', run)
  return { history: run.history, stopped: run.stopped }
}

/** The batch callbacks made of `original`, of which whatever they left out is freed. */
function transformed(original: Batch, list: CallbackList, run: Run): Batch {
  let batch = original
  try {
    tidy(() => {
      batch = list.transformBatch(original, run)
      return [...batch.inputs, batch.target]
    })
  } catch (error) {
    disposeBatch(original)
    throw error
  }
  const kept = new Set([...batch.inputs, batch.target])
  dispose([...original.inputs, original.target].filter(tensor => !kept.has(tensor)))
  return batch
}

/** Waits for `work`; an error in it must not hide the one being handled. */
const settle = (work: Promise<void>): Promise<void> => work.catch(() => {})

function checkOptions(epochs: number, train: DataLoader): void {
  if (!Number.isInteger(epochs) || epochs < 0) {
    throw new DlError('bad-option', {
      problem: `fit got ${epochs} epochs`,
      expected: 'an integer of at least 0',
    })
  }
  if (epochs > 0 && train.length === 0) {
    throw new DlError('empty-loader', {
      problem: 'the training loader has no batches',
      expected: 'at least one',
      fix: 'Give more data, or a smaller batch size.',
    })
  }
}
