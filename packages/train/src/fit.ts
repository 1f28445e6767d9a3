/**
 * The training loop of lesson 7: plain model, data, optimizer and loss, with callbacks as guests.
 */
import { type CallbackEvent, type CallbackList, callbackList, type EventArgs } from '@dl/callbacks'
import { checkOptions, defaultGenerator, occupy, setAside } from '@dl/core'
import { type Batch, type DataLoader, disposeBatch } from '@dl/data'
import type { LayerOptimizer } from '@dl/optim'
import { dispose, tidy } from '@tensorflow/tfjs-core'
import { askedNow } from './asked'
import { announced, batchesOf, emptyLoader, type Place } from './batches'
import { beforeValidation } from './before-validation'
import { breather } from './breathe'
import { evaluate } from './evaluate'
import {
  checkFit,
  checkFitOptions,
  FIT_OPTIONS,
  type FitOptions,
  type FitResult,
} from './fit-options'
import type { Loss, TrainableModel, TrainData } from './model'
import { nanLoss } from './nan-loss'
import type { TakenUp } from './resume'
import { Run } from './run'
import { capture, type RunParts } from './run-state'
import { TrainStep } from './train-step'

/**
 * Trains `model` for `epochs` epochs. `lo` keeps its state, so a second call goes on where the first
 * ended. The modes of the model are put back; in a callback it may be evaluated, or write a text.
 *
 * @param loss from output and target to the batch's mean loss
 * @throws DlError `nothing-learns` where the first loss reaches no parameter, and says why;
 *   `nan-loss` for a loss that is no finite number, `nan-gradient` for such a
 *   gradient; `model-busy` where another works with the model;
 *   `empty-loader`, `single-use-loader`, `bad-option` and the like; for `resume` `no-checkpoint`,
 *   `damaged-checkpoint`, `state-mismatch`; what callbacks, loaders and `forward` throw, after `onError` and `onTrainEnd` ran. The model is as the last whole step left it.
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
  options: FitOptions = {},
): Promise<FitResult> {
  const {
    callbacks = [],
    carryState = false,
    gradientAccumulation = 1,
    metrics = [],
    resume,
    signal,
    skipNaN = false,
  } = checkOptions('fit', options, FIT_OPTIONS)
  checkFit(model, data, epochs, lo, loss)
  checkFitOptions({ callbacks, gradientAccumulation, metrics })
  const { train, validation } = data

  const list = callbackList(callbacks)
  const run = new Run(epochs, lo, list, () => capture(parts))
  const breathe = breather()
  const stay = occupy(model, 'fit', { alone: true })
  const asked = askedNow({ model, lo }, { epochs, gradientAccumulation, carryState })
  const parts: RunParts = { model, data, lo, callbacks: list, run, asked, begun: null }
  let takenUp: TakenUp | null = null
  const putBack = setAside(model, { state: false })
  const emit = <E extends CallbackEvent>(event: E, ...args: EventArgs<E>): Promise<void> =>
    stay.lend(() => list.emit(event, run, ...args))
  const aborted = () => {
    if (signal?.aborted) run.stop('it was aborted')
    return run.stopped !== null
  }

  const finish = async (step: TrainStep, { taken }: Place) => {
    await step.apply()
    step.dispose()
    run.taken = taken
    run.fault = step.fault
    run.endBatch(step.loss, step.items)
    await emit('onBatchEnd')
    if (step.fault && !skipNaN && run.stopped === null) {
      throw await nanLoss(run, lo, step.fault, model)
    }
    await breathe()
  }

  /** Whether it came to its end. @param interrupted what an epoch goes on from, if it has begun */
  const trainEpoch = async (steps: number, interrupted: TakenUp | null): Promise<boolean> => {
    if (!carryState && interrupted === null) model.resetState()
    model.train()
    await emit('onPhaseBegin')
    interrupted?.setModes()
    interrupted?.enterEpoch()
    const place: Place = { taken: run.taken, begin: interrupted?.setRandom }
    parts.begun = { loader: train.state?.() ?? null, random: defaultGenerator().state() }
    // a batch that has come and is not learnt from must leave no trace
    let { random } = parts.begun
    let step: TrainStep | null = null
    try {
      for await (const original of batchesOf(train, 'training', place)) {
        const batch = transformed(original, list, run)
        try {
          if (step === null) {
            run.beginBatch()
            lo.setPosition(run.position)
            await emit('onBatchBegin')
            if (aborted()) {
              defaultGenerator().restore(random)
              break
            }
            step = new TrainStep({ model, lo, loss, callbacks: list, run })
          }
          await step.add(batch)
        } finally {
          disposeBatch(batch)
        }
        if (step.batches < gradientAccumulation) continue
        await finish(step, place)
        step = null
        random = defaultGenerator().state()
        if (aborted()) break
      }
      if (step !== null) await finish(step, place)
    } finally {
      step?.dispose()
    }
    if (run.stopped === null) {
      if (run.batch === 0) throw emptyLoader('training', ` in epoch ${run.epoch}`)
      run.endData(steps)
    }
    await emit('onPhaseEnd')
    return run.batch >= run.batchesInEpoch
  }

  /** Whether it came to its end; one that did not leaves no trace, and is begun again on resume. */
  const validate = async (loader: DataLoader): Promise<boolean> => {
    const before = beforeValidation(model, loader)
    const options = { carryState, metrics, ...(signal && { signal }) }
    try {
      await emit('onValidationBegin')
      const judged = signal?.aborted
        ? null
        : await stay.lend(() => evaluate(model, loader, loss, options))
      const isWhole = judged !== null && !signal?.aborted
      if (isWhole) run.metrics = { valLoss: judged.loss, ...judged.metrics }
      else {
        before.putBack()
        aborted()
      }
      await emit('onValidationEnd')
      return isWhole
    } finally {
      before.dispose()
    }
  }

  const runEpochs = async () => {
    await emit('onTrainBegin')
    takenUp?.setRandom()
    // the epoch that was interrupted, if one was
    let rest = run.isWithinEpoch ? takenUp : null
    for (let { epoch } = run; epoch < epochs && !aborted(); epoch++, rest = null) {
      const steps = Math.ceil(announced(train, 'training') / gradientAccumulation)
      if (rest === null) {
        run.beginEpoch(epoch, steps)
        parts.begun = null
      }
      await emit('onEpochBegin')
      if (aborted()) return
      if (!(await trainEpoch(steps, rest))) return
      if (validation && !(await validate(validation))) return
      run.endEpoch()
      await emit('onEpochEnd')
      run.epoch = epoch + 1
    }
  }

  try {
    if (resume !== undefined) {
      // a page that never goes on from anything does not load what reads checkpoints
      const { resumedText, takeUp } = await import('./resume')
      takenUp = await takeUp(resume, parts)
      run.resumed = takenUp.resumed
      if (run.resumed.notes.length > 0) console.warn(`@dl/train: ${resumedText(run.resumed)}.`)
    }
    try {
      await runEpochs()
      aborted()
    } catch (error) {
      await settle(emit('onError', error))
      await settle(emit('onTrainEnd'))
      throw error
    }
    await emit('onTrainEnd')
  } finally {
    putBack()
    stay.leave()
  }
  return { history: run.history, stopped: run.stopped, resumed: run.resumed }
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
