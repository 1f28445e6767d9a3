/** A Learner for pictures: losses and metrics that suit the data, pretrained bodies, precompute. */
import type { LrFinderOptions, LrFinderResult } from '@dl/callbacks'
import { DlError, showValue } from '@dl/core'
import type { DataLoader } from '@dl/data'
import type { AnyModule } from '@dl/layers'
import type { Hyperparameter, PerGroup } from '@dl/optim'
import { type FitResult, Learner, type LearnerFitOptions, type Predictions } from '@dl/train'
import { type Convnet, type ConvnetOptions, convnetBuilder } from '../models/convnet-builder'
import { type CuttableNet, checkNet, disposeBehind } from '../models/cut'
import { keyOfModule } from './content-keys'
import { type ConvData, type ConvLearnerOptions, requireData, suited } from './data'
import { type HeadMode, headMode } from './head-mode'
import { ImagePredictor, type PredictionOfOne, type PredictOneOptions } from './image-predictor'
import { loadBody, type Weights } from './load-body'
import type { PictureInput } from './picture-input'

export interface PretrainedOptions
  extends ConvLearnerOptions,
    Omit<ConvnetOptions, 'classes' | 'isMulti' | 'isReg'> {
  /** `'imagenet1k_v1'`, a file with PyTorch's names and layout, tensors, or a function that gives them. */
  weights: Weights
  /** Whether missing and unexpected names are errors (default true). */
  strict?: boolean
  /** Whether to begin with stored activations, see {@link ConvLearner.precompute} (default false). */
  precompute?: boolean
}

/**
 * A Learner that knows pictures: {@link ConvLearner.fromModelData} for a net of your own,
 * {@link ConvLearner.pretrained} for one that was trained on others.
 */
export class ConvLearner extends Learner {
  declare readonly model: AnyModule
  declare readonly data: ConvData
  readonly #parts: Convnet | null
  readonly #folder: string | null
  #precompute = false
  #head: HeadMode | null = null

  /** @param parts where the model is a body and a head */
  constructor(
    model: AnyModule,
    data: ConvData,
    options: ConvLearnerOptions = {},
    parts: Convnet | null = null,
  ) {
    super(model, data, suited(model, data, options))
    this.#folder = options.activationsPath ?? null
    this.#parts = parts
  }

  /**
   * A learner for a model of your own, whose children are its layer groups. Unless given, the loss
   * is cross-entropy and the metric accuracy; for several labels the model is to give logits, and
   * loss and metric are of yes and no; for a regression the loss is the mean absolute error.
   *
   * @example
   * ```ts
   * import { Conv2d, AdaptiveMaxPool2d, Flatten, LogSoftmax, Sequential } from '@dl/layers'
   * import { ConvLearner } from '@dl/vision'
   * import { ones, tensor } from '@tensorflow/tfjs-core'
   *
   * const batch = () => ({ inputs: [ones([2, 8, 8, 3])], target: tensor([0, 1], [2], 'int32'), items: 2 })
   * const loader = { length: 1, async *[Symbol.asyncIterator]() { yield batch() } }
   * const net = [new Conv2d(3, 2, 3), new AdaptiveMaxPool2d(), new Flatten(), new LogSoftmax()]
   * const model = new Sequential(...net)
   * const learn = ConvLearner.fromModelData(model, { train: loader, validation: loader, c: 2 })
   * const { history } = await learn.fit(0.1, 1)
   * history[0]!.accuracy // → 0.5
   * learn.dispose()
   * model.dispose()
   * ```
   */
  static fromModelData(
    model: AnyModule,
    data: ConvData,
    options?: ConvLearnerOptions,
  ): ConvLearner {
    return new ConvLearner(model, data, options)
  }

  /**
   * A learner for a net that was trained on other pictures: its body with those weights, a new head,
   * three layer groups (early and later layers of the body, head), of which the head alone trains
   * until `unfreeze`. `learn.model` is yours to dispose.
   *
   * @param arch makes the net; what it has behind the cut is left out
   * @throws DlError `state-mismatch` with the names that do not fit, `bad-option`
   *
   * @example
   * ```ts
   * import { ConvLearner, resnet18 } from '@dl/vision'
   * import { ones, tensor } from '@tensorflow/tfjs-core'
   *
   * const batch = () => ({ inputs: [ones([2, 32, 32, 3])], target: tensor([0, 1], [2], 'int32'), items: 2 })
   * const loader = { length: 1, async *[Symbol.asyncIterator]() { yield batch() } }
   * const data = { train: loader, validation: loader, fix: loader, c: 2 }
   *
   * const narrow = ({ classes }: { classes: number }) => resnet18({ widths: [2, 2, 2, 4], classes })
   * const trained = narrow({ classes: 1000 })
   * const weights = () => trained.stateDict() // or 'resnet18.safetensors'
   * const learn = await ConvLearner.pretrained(narrow, data, { weights, xtraFc: [8] })
   * const count = [...learn.model.parameters()].filter(({ trainable }) => trainable).length
   * count // → 8
   * await learn.fit(0.01, 1)
   * for (const owner of [learn, learn.model, trained]) owner.dispose()
   * ```
   */
  static async pretrained(
    arch: (options: { classes: number }) => CuttableNet,
    data: ConvData,
    options: PretrainedOptions,
  ): Promise<ConvLearner> {
    if (typeof arch !== 'function') {
      throw new DlError('bad-option', {
        problem: `the architecture is ${showValue(arch)}`,
        expected: 'a function that makes the net: resnet34',
      })
    }
    requireData(data)
    const { weights, strict, precompute = false, ...others } = options ?? {}
    const { cut, xtraCut, lrCut, features, customHead, xtraFc, ps, ...learning } = others
    const net = arch({ classes: data.c })
    checkNet('ConvLearner.pretrained', net)
    try {
      await loadBody(net, weights, { strict, cut, xtraCut })
      const { c: classes, isMulti, isReg } = data
      const built = { cut, xtraCut, lrCut, features, customHead, xtraFc, ps }
      const parts = convnetBuilder(net, { ...built, classes, isMulti, isReg })
      const groups = { layerGroups: parts.layerGroups, ...learning }
      const learn = new ConvLearner(parts.model, data, groups, parts)
      learn.freeze()
      learn.precompute = precompute
      disposeBehind(net, parts.body)
      return learn
    } catch (error) {
      net.dispose()
      throw error
    }
  }

  /**
   * Whether the head is trained on stored activations of the frozen body, which runs over each
   * picture once. Augmentation has no effect then: the head sees the training pictures of `data.fix`.
   * There is one layer group, the head. Pictures are read when training begins, weights are compared
   * each time. Switched on, it freezes the body; `unfreeze` switches it off, and it is off while
   * anything else lets the body learn.
   *
   * @throws DlError `no-body` when switched on for a model that is not a body and a head
   */
  get precompute(): boolean {
    return this.#precompute && this.#parts !== null && isFrozen(this.#parts)
  }

  set precompute(on: boolean) {
    if (on && this.#parts === null) {
      throw new DlError('no-body', {
        problem: 'precompute was switched on for a model without a body and a head',
        expected: 'a learner made by ConvLearner.pretrained',
      })
    }
    if (on) this.freeze()
    else this.#leave()
    this.#precompute = on
  }

  /** All layer groups train, on pictures. */
  override unfreeze(): void {
    this.precompute = false
    super.unfreeze()
  }

  /** As a Learner's; on stored activations while `precompute` is on. */
  override async fit(
    lrs: PerGroup<Hyperparameter>,
    cycles: number,
    options?: LearnerFitOptions,
  ): Promise<FitResult> {
    const head = await this.#headMode()
    if (head === null) return super.fit(lrs, cycles, options)
    try {
      return await head.learner.fit(lrs, cycles, options)
    } finally {
      this.sched = head.learner.sched
    }
  }

  /** As a Learner's; on stored activations while `precompute` is on. */
  override async lrFind(options?: LrFinderOptions): Promise<LrFinderResult> {
    const head = await this.#headMode()
    if (head === null) return super.lrFind(options)
    try {
      return await head.learner.lrFind(options)
    } finally {
      this.sched = head.learner.sched
    }
  }

  /** As a Learner's; for the loaders of `data` on stored activations while `precompute` is on. */
  override async predictWithTargets(loader = this.data.validation): Promise<Predictions> {
    const { fix, validation, test } = this.data
    const isStored = loader !== undefined && [fix, validation, test].includes(loader)
    const head = isStored ? await this.#headMode() : null
    if (head === null) return super.predictWithTargets(loader)
    return head.learner.predictWithTargets(await head.loaderOf(loader as DataLoader))
  }

  override dispose(): void {
    super.dispose()
    this.#leave()
  }

  /**
   * What is in one picture: a path (in a page a URL), a Blob, the bytes of a file, pixels, an
   * ImageData or a tensor of pixels, made ready as validation pictures are. Nothing is yours to
   * dispose, a tensor given stays yours, and the model is left as it was.
   *
   * @throws DlError `no-classes` for data that does not say its classes or transforms; see
   *   {@link ImagePredictor.predictOne}
   */
  async predictOne(picture: PictureInput, options?: PredictOneOptions): Promise<PredictionOfOne> {
    return this.#predictor().predictOne(picture, options)
  }

  /**
   * Writes all that `loadLearner` needs to predict elsewhere to one file; see
   * {@link ImagePredictor.export}.
   */
  export(path: string): Promise<string>
  export(): Promise<Uint8Array>
  async export(path?: string): Promise<string | Uint8Array> {
    return this.#predictor().export(path as string)
  }

  #predictor(): ImagePredictor {
    const { classes, tfms, isMulti, isReg } = this.data
    if (classes === undefined || tfms === undefined || isReg) {
      throw new DlError('no-classes', {
        problem: isReg
          ? 'the data is of a regression, which has no classes'
          : `the data has no ${classes === undefined ? 'classes' : 'tfms'}`,
        expected: 'classes, their names, and tfms, as ImageClassifierData has them',
        fix: 'Add them to the data, or make new ImagePredictor({ model, classes, transforms }).',
      })
    }
    const { model } = this
    return new ImagePredictor({ model, classes, transforms: tfms.validation, isMulti })
  }

  async #headMode(): Promise<HeadMode | null> {
    if (!this.precompute) {
      this.#leave()
      return null
    }
    const parts = this.#parts!
    if (this.#head?.key === (await keyOfModule(parts.body))) return this.#head
    this.#leave()
    this.#head = await headMode(parts, this.data, this.options, this.#folder)
    return this.#head
  }

  /** Once the body has learnt, what is stored is of no use. */
  #leave(): void {
    this.#head?.learner.dispose()
    this.#head = null
  }
}

const isFrozen = ({ body }: Convnet): boolean =>
  [...body.parameters()].every(({ trainable }) => !trainable)
