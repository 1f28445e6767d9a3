/**
 * A model, its data and how it learns, in one object: fast.ai's Learner for any module and any
 * loaders. It has no loop of its own: every method is a few lines over `fit` and `evaluate`.
 */
import {
  type LossRecorder,
  type LrFinder,
  type LrFinderOptions,
  type LrFinderResult,
  lossRecorder,
  lrFinder,
  type Resume,
} from '@dl/callbacks'
import { checkOptions, DlError } from '@dl/core'
import { type DataLoader, disposeBatch, files } from '@dl/data'
import {
  type AnyModule,
  bnFreeze,
  isModule,
  type Summary,
  type SummaryOptions,
  summary,
} from '@dl/layers'
import {
  type Hyperparameter,
  LayerOptimizer,
  type LayerOptimizerOptions,
  type PerGroup,
  sgd,
} from '@dl/optim'
import type { Tensor } from '@tensorflow/tfjs-core'
import { batchesOf, emptyLoader } from './batches'
import { checkData, checkList, checkModel, checkText } from './checks'
import { epochCount } from './epoch-count'
import { fit } from './fit'
import { FIT_OPTIONS, type FitOptions, type FitResult } from './fit-options'
import { childGroups, type Group, groupIndex, setTrainable, trainOnly } from './freeze'
import {
  checkLearnerOptions,
  checkRates,
  LEARNER_FIT_OPTIONS,
  LEARNER_RESUME_OPTIONS,
  type LearnerFitOptions,
  type LearnerOptions,
  type LearnerResumeOptions,
  type LearnerTtaOptions,
  LR_FIND_OPTIONS,
  picked,
  plannedCallbacks,
  shownProgress,
  TTA_OPTIONS,
} from './learner-options'
import { argumentsOf, fitArguments } from './learner-resume'
import { learnerText } from './learner-text'
import type { LearnerModel, TrainData } from './model'
import { type Predictions, predictWithTargets } from './predict'
import { augmentedOf, averaged, type TtaResult, type TtaStack, ttaStack } from './tta'
import { loadWeights, saveWeights } from './weights'

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
  readonly layerGroups: readonly Group[]
  /** The record of the last fit, or the finder of the last `lrFind`. */
  sched: LossRecorder | LrFinder | null = null
  #lo: LayerOptimizer | null = null

  constructor(
    readonly model: LearnerModel,
    readonly data: TrainData,
    options: LearnerOptions,
  ) {
    checkModel(model, ['parameters', 'children'])
    checkData(data)
    checkLearnerOptions(options)
    this.options = options
    const { layerGroups } = options
    this.layerGroups = layerGroups?.map(group => [group].flat()) ?? childGroups(model)
  }

  /**
   * Trains for `cycles` cycles: as many epochs as `epochCount` says, with the schedule asked for. In a
   * terminal it shows a bar and a table of results, see `progress`.
   *
   * @param lrs one learning rate, or one for each layer group, earliest first
   * @throws DlError as `fit` does
   */
  async fit(
    lrs: PerGroup<Hyperparameter>,
    cycles: number,
    options: LearnerFitOptions = {},
  ): Promise<FitResult> {
    checkOptions('learn.fit', options, LEARNER_FIT_OPTIONS)
    checkRates(lrs, cycles, this.sched)
    const { loss, metrics, callbacks = [], path = 'models' } = this.options
    const { cycleLen = 1, cycleMult = 1 } = options
    const epochs = epochCount(cycles, { cycleLen, cycleMult })
    checkList(options.callbacks ?? [], 'callbacks')
    const lo = this.#optimizer(lrs, options)
    const recorder = lossRecorder()
    const planned = plannedCallbacks(options, this.model, lo, path)
    const guests = [...callbacks, ...(options.callbacks ?? [])]
    this.sched = recorder
    return fit(this.model, this.data, epochs, lo, loss, {
      ...(metrics && { metrics }),
      ...picked(options, FIT_OPTIONS),
      callbacks: [
        ...guests,
        ...planned,
        recorder,
        fitArguments({ lrs, cycles, options }),
        ...shownProgress(options.progress ?? this.options.progress, guests),
      ],
    } satisfies FitOptions)
  }

  /**
   * Goes on with a fit that was interrupted, from what `checkpoint` among its callbacks wrote. What the
   * fit was asked for is in the file; say what is to be otherwise, and give again what a file cannot
   * keep: callbacks, functions.
   *
   * @param from what `checkpoint` was given, one of its files, or options
   * @throws DlError `not-resumable` for functions that are missing; as `fit` does
   */
  async resume(from: Resume, options: LearnerResumeOptions = {}): Promise<FitResult> {
    checkOptions('learn.resume', options, LEARNER_RESUME_OPTIONS)
    const { lrs, cycles, ...again } = options
    const asked = await argumentsOf(from, {
      ...(lrs !== undefined && { lrs }),
      ...(cycles !== undefined && { cycles }),
      options: again,
    })
    return this.fit(asked.lrs, asked.cycles, { ...asked.options, resume: from })
  }

  /**
   * Runs the learning rate range test; everything is as before afterwards. It takes 100 batches
   * unless told otherwise: in a longer sweep the model has learnt by the time the rate gets
   * interesting, and suggestions come out too low. A set of fewer batches is gone through again.
   * Where the loss fell nowhere, as that of a net that has learnt, `suggestion` is null. On the
   * lesson's nets `steepest` then lies well, and fastai's `valley` up to ten times below.
   */
  async lrFind(options: LrFinderOptions = {}): Promise<LrFinderResult> {
    checkOptions('learn.lrFind', options, LR_FIND_OPTIONS)
    const lo = this.#newOptimizer(1, 0)
    try {
      const { train } = this.data
      const { batches = SWEEP } = options
      const finder = lrFinder(this.model, lo, {
        loader: train,
        suggest: 'steepest',
        ...options,
        batches,
      })
      this.sched = finder
      // as many epochs as it takes: the finder stops after its last batch
      await fit(this.model, { train }, batches, lo, this.options.loss, { callbacks: [finder] })
      return finder.result!
    } finally {
      lo.dispose()
    }
  }

  /** The model's outputs over a loader, joined along their first axis. Yours to dispose. */
  async predict(loader: DataLoader = this.#validation()): Promise<Tensor> {
    const { predictions, targets } = await this.predictWithTargets(loader)
    targets.dispose()
    return predictions
  }

  /** As `predict`, and what would have been right. */
  predictWithTargets(loader: DataLoader = this.#validation()): Promise<Predictions> {
    return predictWithTargets(this.model, loader)
  }

  /**
   * Test-time augmentation: the mean of the probabilities of each item as it is, counted ⌈nAug/4⌉
   * times, and of `nAug` augmented versions. The model is to give logits or log-probabilities; where
   * items may have several labels, logits.
   *
   * @returns probabilities [N, C] and targets; with `stack`, as fast.ai, the log-probabilities of all
   *   passes [⌈nAug/4⌉ + nAug, N, C]
   * @throws DlError `no-augmentation` where nothing tells how to augment; `order-mismatch` for loaders
   *   that do not go through the same items
   */
  tta(options?: LearnerTtaOptions & { stack?: false }): Promise<TtaResult>
  tta(options: LearnerTtaOptions & { stack: true }): Promise<TtaStack>
  async tta(options: LearnerTtaOptions & { stack?: boolean } = {}): Promise<TtaResult | TtaStack> {
    const {
      stack = false,
      loader = this.#validation(),
      aug = augmentedOf(this.data, loader),
      multiLabel = this.data.isMulti ?? false,
      ...more
    } = checkOptions('learn.tta', options, TTA_OPTIONS)
    const all = await ttaStack(this.model, loader, aug, { ...more, multiLabel })
    return stack ? all : averaged(all)
  }

  /** What goes into and comes out of each module, for the first batch of the training set. */
  async summary(options?: SummaryOptions): Promise<Summary> {
    const model = this.#module('no-summary', 'its parts')
    const { train } = this.data
    const position = train.state?.()
    try {
      for await (const batch of batchesOf(train, 'training')) {
        try {
          return summary(model, batch.inputs, options)
        } finally {
          disposeBatch(batch)
        }
      }
    } finally {
      // the epoch that was begun for a look is not one of training
      if (position) train.restore?.(position)
    }
    throw emptyLoader('training')
  }

  /**
   * Only the layer groups from `n` on train; a negative `n` counts from the end. Frozen batch norms
   * use their running statistics and keep them; dropout goes on. The optimizer keeps its state.
   */
  freezeTo(n: number): void {
    const from = groupIndex(this.layerGroups, n)
    trainOnly(this.layerGroups, index => index >= from)
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
    const only = groupIndex(this.layerGroups, n)
    trainOnly(this.layerGroups, index => index === only)
  }

  /** All layer groups train but these. */
  freezeGroups(groups: readonly number[]): void {
    checkList(groups, 'groups')
    const frozen = new Set(groups.map(n => groupIndex(this.layerGroups, n)))
    trainOnly(this.layerGroups, index => !frozen.has(index))
  }

  /** These layer groups train, too. */
  unfreezeGroups(groups: readonly number[]): void {
    checkList(groups, 'groups')
    const indices = groups.map(n => groupIndex(this.layerGroups, n))
    for (const index of indices) setTrainable(this.layerGroups[index]!, true)
  }

  /** Pins all batch norms to their running statistics, whether frozen or not, or lets them go. */
  bnFreeze(on = true): void {
    bnFreeze(this.#module('no-batch-norm', 'its batch norms'), on)
  }

  /** Writes the weights as `<path>/<name>.safetensors` and returns where. */
  async save(name: string): Promise<string> {
    const path = this.#file(name)
    await saveWeights(this.model, path)
    return path
  }

  /** Reads what `save`, `cycleSaveName` or `bestSaveName` wrote. */
  load(name: string): Promise<void> {
    return loadWeights(this.model, this.#file(name))
  }

  /** Model, layer groups, data and optimizer as text. */
  toString(): string {
    return learnerText(this, this.#lo)
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
    const { optFn = () => sgd({ momentum: 0.9 }), ...options } = this.options
    const { clip, clipValue, decoupled, noDecayFor1d } = options
    const own = { clip, clipValue, decoupled, noDecayFor1d }
    return new LayerOptimizer(optFn, this.layerGroups, lrs, wds, { ...own, ...more })
  }

  #module(code: string, what: string): AnyModule {
    if (isModule(this.model)) return this.model
    throw new DlError(code, {
      problem: `the model is no Module, so ${what} are not known`,
      expected: 'a Module of @dl/layers',
    })
  }

  #file(name: string): string {
    checkText('the name of the file', name)
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
