/**
 * A model, its data and how it learns, in one object: fast.ai's Learner for any module and any
 * loaders. It has no loop of its own: every method is a few lines over `fit` and `evaluate`.
 */
import {
  type Callback,
  type LossRecorder,
  type LrFinder,
  type LrFinderOptions,
  type LrFinderResult,
  lossRecorder,
  lrFinder,
} from '@dl/callbacks'
import { DlError } from '@dl/core'
import { type DataLoader, disposeBatch, files, loadTensors, saveTensors } from '@dl/data'
import { isModule, type Summary, type SummaryOptions, summary } from '@dl/layers'
import {
  type HasParameters,
  type Hyperparameter,
  LayerOptimizer,
  type LayerOptimizerOptions,
  type PerGroup,
  sgd,
  type UpdateRule,
} from '@dl/optim'
import { concat, dispose, type Tensor } from '@tensorflow/tfjs-core'
import { epochCount } from './epoch-count'
import { type FitResult, fit } from './fit'
import { type LearnerFitOptions, plannedCallbacks } from './learner-options'
import type { Metric } from './metrics/metric'
import type { LearnerModel, Loss, TrainData } from './model'

export interface LearnerOptions extends LayerOptimizerOptions {
  /** From output and target to the batch's mean loss. */
  loss: Loss
  /** Makes the update rule (default: SGD with momentum 0.9). */
  optFn?: () => UpdateRule
  /** What validation measures beside the loss. */
  metrics?: readonly Metric[]
  /** Guests in every fit: `[progress()]`. */
  callbacks?: readonly Callback[]
  /** Modules that share a learning rate, earliest first (default: the model's children). */
  layerGroups?: readonly (HasParameters | readonly HasParameters[])[]
  /** Where weights are saved (default 'models'). */
  path?: string
}

/** Batches of a learning rate range test. */
const SWEEP = 100

/**
 * Trains, looks for a learning rate, freezes, saves.
 *
 * @example
 * ```ts
 * import { manualSeed } from '@dl/core'
 * import { Linear, Sequential } from '@dl/layers'
 * import { Learner } from '@dl/train'
 * import { mean, ones, square, sub } from '@tensorflow/tfjs-core'
 *
 * manualSeed(1)
 * const batch = () => ({ inputs: [ones([4, 2])], target: ones([4, 1]), items: 4 })
 * const loader = {
 *   length: 20,
 *   async *[Symbol.asyncIterator]() { for (let i = 0; i < 20; i++) yield batch() },
 * }
 * const model = new Sequential(new Linear(2, 4), new Linear(4, 1))
 * const learn = new Learner(model, { train: loader, validation: loader }, {
 *   loss: (y, t) => mean(square(sub(y, t))),
 * })
 * const { history } = await learn.fit(0.05, 2, { cycleLen: 1, cycleMult: 2 })
 * history.length // → 3
 * learn.dispose()
 * model.dispose()
 * ```
 */
export class Learner {
  readonly options: LearnerOptions
  readonly layerGroups: readonly (readonly HasParameters[])[]
  /** The record of the last fit, or the finder of the last `lrFind`. */
  sched: LossRecorder | LrFinder | null = null
  #lo: LayerOptimizer | null = null

  constructor(
    readonly model: LearnerModel,
    readonly data: TrainData,
    options: LearnerOptions,
  ) {
    this.options = options
    const children = () => [...model.children()].map(([, child]) => child)
    this.layerGroups = (options.layerGroups ?? children()).map(group => [group].flat())
    if (this.layerGroups.length === 0) this.layerGroups = [[model]]
  }

  /**
   * Trains for `cycles` cycles: as many epochs as `epochCount` says, with the schedule asked for.
   *
   * @param lrs one learning rate, or one for each layer group, earliest first
   */
  async fit(
    lrs: PerGroup<Hyperparameter>,
    cycles: number,
    options: LearnerFitOptions = {},
  ): Promise<FitResult> {
    const { loss, metrics, callbacks = [], path = 'models' } = this.options
    const epochs = epochCount(cycles, options)
    const lo = this.#optimizer(lrs, options)
    const recorder = lossRecorder()
    const planned = plannedCallbacks(options, this.model, lo, path)
    this.sched = recorder
    return fit(this.model, this.data, epochs, lo, loss, {
      metrics,
      ...options,
      callbacks: [...callbacks, ...(options.callbacks ?? []), ...planned, recorder],
    })
  }

  /**
   * Runs the learning rate range test; everything is as before afterwards. It takes 100 batches
   * unless told otherwise: in a longer sweep the model has learnt by the time the rate gets
   * interesting, and suggestions come out too low. On the lesson's nets `steepest` then lies well,
   * and fastai's `valley` a little below.
   */
  async lrFind(options: LrFinderOptions = {}): Promise<LrFinderResult> {
    const lo = this.#newOptimizer(1, 0)
    try {
      const { train } = this.data
      const batches = Math.min(SWEEP, train.length)
      const finder = lrFinder(this.model, lo, {
        loader: train,
        batches,
        suggest: 'steepest',
        ...options,
      })
      this.sched = finder
      await fit(this.model, { train }, 1, lo, this.options.loss, { callbacks: [finder] })
      return finder.result!
    } finally {
      lo.dispose()
    }
  }

  /** The model's outputs over a loader, joined along their first axis. Yours to dispose. */
  async predict(loader: DataLoader = this.#validation()): Promise<Tensor> {
    const outputs: Tensor[] = []
    this.model.eval()
    this.model.resetState()
    try {
      for await (const batch of loader) {
        outputs.push(this.model.call(...batch.inputs))
        disposeBatch(batch)
      }
      return concat(outputs)
    } finally {
      dispose(outputs)
    }
  }

  /** What goes into and comes out of each module, for the first batch of the training set. */
  async summary(options?: SummaryOptions): Promise<Summary> {
    if (!isModule(this.model)) {
      throw new DlError('no-summary', {
        problem: 'the model is no Module, so its parts are not known',
        expected: 'a Module of @dl/layers',
      })
    }
    for await (const batch of this.data.train) {
      try {
        return summary(this.model, batch.inputs, options)
      } finally {
        disposeBatch(batch)
      }
    }
    throw new DlError('empty-loader', {
      problem: 'the training loader has no batches',
      expected: 'at least one',
    })
  }

  /** Only the layer groups from `n` on train; a negative `n` counts from the end. */
  freezeTo(n: number): void {
    const from = n < 0 ? this.layerGroups.length + n : n
    this.#train(index => index >= from)
  }

  /** Only the last layer group trains. */
  freeze(): void {
    this.freezeTo(-1)
  }

  unfreeze(): void {
    this.freezeTo(0)
  }

  /** Only layer group `n` trains. */
  freezeAllBut(n: number): void {
    const only = n < 0 ? this.layerGroups.length + n : n
    this.#train(index => index === only)
  }

  /** Writes the weights as `<path>/<name>.safetensors` and returns where. */
  async save(name: string): Promise<string> {
    const path = this.#file(name)
    const state = this.model.stateDict()
    try {
      await saveTensors(path, state)
    } finally {
      dispose(state)
    }
    return path
  }

  /** Reads what `save`, `cycleSaveName` or `bestSaveName` wrote. */
  async load(name: string): Promise<void> {
    const { tensors } = await loadTensors(this.#file(name))
    try {
      this.model.loadStateDict(tensors)
    } finally {
      dispose(tensors)
    }
  }

  /** Frees the optimizer's memory; model and data are yours. */
  dispose(): void {
    this.#lo?.dispose()
    this.#lo = null
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #optimizer(lrs: PerGroup<Hyperparameter>, options: LearnerFitOptions): LayerOptimizer {
    const { wds = 0, keepState = false, useWdSched } = options
    if (keepState && this.#lo) {
      this.#lo.setBaseLrs(lrs)
      this.#lo.setWds(wds)
      return this.#lo
    }
    const next = this.#newOptimizer(lrs, wds, useWdSched ? { decoupled: true } : {})
    this.dispose()
    this.#lo = next
    return next
  }

  #newOptimizer(
    lrs: PerGroup<Hyperparameter>,
    wds: PerGroup<Hyperparameter>,
    more: LayerOptimizerOptions = {},
  ): LayerOptimizer {
    const { optFn = () => sgd({ momentum: 0.9 }) } = this.options
    return new LayerOptimizer(optFn, this.layerGroups, lrs, wds, { ...this.options, ...more })
  }

  #train(isTrained: (group: number) => boolean): void {
    this.layerGroups.forEach((group, index) => {
      for (const module of group) {
        for (const parameter of module.parameters()) parameter.trainable = isTrained(index)
      }
    })
  }

  #file(name: string): string {
    return files.join(this.options.path ?? 'models', `${name}.safetensors`)
  }

  #validation(): DataLoader {
    if (this.data.validation) return this.data.validation
    throw new DlError('no-validation', {
      problem: 'the data has no validation set to predict on',
      expected: 'a loader as the argument',
    })
  }
}
