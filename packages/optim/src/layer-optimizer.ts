/**
 * An update rule over layer groups, after fast.ai: each group has a learning rate and a weight
 * decay of its own, so that early layers can move more slowly than late ones.
 */
import { clipScale, DlError, type Parameter, showValue } from '@dl/core'
import { type Tensor, tidy } from '@tensorflow/tfjs-core'
import { checkGradients, noParameters } from './check-gradients'
import { BELOW_1 } from './checks'
import { clipValues } from './clip'
import { computeAll, type WantedUpdate } from './compute-all'
import { groupParameters, type HasParameters, type LayerGroup } from './groups'
import { type Hyperparameter, Hyperparameters, type PerGroup } from './hyperparameters'
import { checkLayerOptions, type LayerOptimizerOptions } from './layer-optimizer-options'
import { makeRule } from './make-rule'
import { Memories } from './memory'
import { type OptimizerState, stateMismatch } from './optimizer-state'
import type { Hyper, UpdateRule } from './rule'

/**
 * Updates the parameters of a model.
 *
 * @example
 * ```ts
 * import { Linear, Sequential } from '@dl/layers'
 * import { adam, LayerOptimizer } from '@dl/optim'
 *
 * const [body, head] = [new Linear(8, 8), new Linear(8, 2)]
 * const lo = new LayerOptimizer(adam, [body, head], [1e-4, 1e-2], 1e-5)
 * lo.lr // → 0.01
 * lo.wds // → 0.00001,0.00001
 * lo.dispose()
 * new Sequential(body, head).dispose()
 * ```
 */
export class LayerOptimizer {
  /** The rule as it was made. */
  readonly opt: UpdateRule
  readonly clip: number | null
  readonly clipValue: number | null
  readonly decoupled: boolean
  readonly noDecayFor1d: boolean
  readonly #groups: Parameter[][]
  readonly #memories = new Memories()
  readonly #lrs: Hyperparameters
  readonly #wds: Hyperparameters
  readonly #momentum: Hyperparameters
  readonly #beta: Hyperparameters | null
  #position = 0

  /**
   * @param optFn makes the rule: `adam`, or `() => sgd({ momentum: 0.9 })`
   * @param layerGroups a module (one group) or a list of groups, earliest layers first
   * @param lrs one learning rate, or one for each group; numbers or functions of the position
   * @param wds one weight decay, or one for each group (default 0); likewise
   * @throws DlError `group-mismatch` naming both counts; `bad-option`
   */
  constructor(
    optFn: () => UpdateRule,
    layerGroups: HasParameters | readonly LayerGroup[],
    lrs: PerGroup<Hyperparameter>,
    wds: PerGroup<Hyperparameter> = 0,
    options: LayerOptimizerOptions = {},
  ) {
    const { clip, clipValue, decoupled, noDecayFor1d = false } = checkLayerOptions(options)
    this.opt = makeRule(optFn)
    this.#groups = groupParameters(layerGroups)
    const { momentum, beta } = this.opt
    this.#lrs = new Hyperparameters('lrs', this.#groups.length, lrs)
    this.#wds = new Hyperparameters('wds', this.#groups.length, wds)
    this.#momentum = new Hyperparameters('momentum', 1, momentum, BELOW_1)
    this.#beta = beta === undefined ? null : new Hyperparameters('beta', 1, beta, BELOW_1)
    this.clip = clip ?? null
    this.clipValue = clipValue ?? null
    this.decoupled = decoupled ?? this.opt.decoupled
    this.noDecayFor1d = noDecayFor1d
  }

  /** All parameters, frozen ones included, group by group. */
  get groups(): readonly (readonly Parameter[])[] {
    return this.#groups
  }

  /** The parameters that train now, group by group: what `step` wants gradients for. */
  get parameters(): Parameter[] {
    return this.#groups.flat().filter(({ trainable }) => trainable)
  }

  /** The last group's learning rate. */
  get lr(): number {
    return this.lrs.at(-1)!
  }

  get lrs(): readonly number[] {
    return this.#lrs.inUse
  }

  /** The learning rates given: what schedules start from and return to. Functions follow the position. */
  get baseLrs(): readonly number[] {
    return this.#lrs.at(this.#position)
  }

  get wds(): readonly number[] {
    return this.#wds.inUse
  }

  /** Momentum, or Adam's beta1. */
  get mom(): number {
    return this.#momentum.inUse[0]!
  }

  /** Adam's beta2 or RMSprop's alpha; undefined for rules without. */
  get beta(): number | undefined {
    return this.#beta?.inUse[0]
  }

  /**
   * Says how far training has come, from 0 to 1. What was given as a function takes its value there;
   * what was given as a number stays. A training loop calls it before each batch, before schedules.
   */
  setPosition(position: number): void {
    if (!(typeof position === 'number' && position >= 0 && position <= 1)) {
      throw new DlError('bad-option', {
        problem: `the position in training is ${showValue(position)}`,
        expected: 'a number from 0 to 1',
      })
    }
    this.#position = position
    for (const hyperparameters of [this.#lrs, this.#wds, this.#momentum, this.#beta]) {
      hyperparameters?.moveTo(position)
    }
  }

  /** Sets the learning rates in use; the base ones stay. */
  setLrs(lrs: PerGroup<number>): void {
    this.#lrs.use(lrs)
  }

  /** Sets the learning rates in use and those that schedules start from. */
  setBaseLrs(lrs: PerGroup<Hyperparameter>): void {
    this.#lrs.give(lrs, this.#position)
  }

  setWds(wds: PerGroup<Hyperparameter>): void {
    this.#wds.give(wds, this.#position)
  }

  /** Sets momentum, or Adam's beta1. */
  setMom(momentum: Hyperparameter): void {
    this.#momentum.give(momentum, this.#position)
  }

  /**
   * Sets Adam's beta2, or RMSprop's alpha.
   *
   * @throws DlError `bad-option` for a rule without
   */
  setBeta(beta: Hyperparameter): void {
    if (this.#beta === null) {
      throw new DlError('bad-option', {
        problem: `beta was set, which ${this.opt.name} has not`,
        expected: 'a rule with one, such as adam or rmsprop',
      })
    }
    this.#beta.give(beta, this.#position)
  }

  /**
   * One update. A null gradient leaves its parameter alone, memory included.
   *
   * @param grads one for each of `parameters`, in order; they stay yours
   * @throws DlError `group-mismatch` for another number, `shape-mismatch`, `no-parameters`,
   *   `bad-rule`, what the rule throws, lack of memory; nothing has changed then
   */
  step(grads: readonly (Tensor | null)[]): void {
    const { parameters } = this
    if (this.#groups.every(group => group.length === 0)) throw noParameters()
    checkGradients(grads, parameters)
    tidy(() => {
      const bounded = this.clipValue === null ? grads : clipValues(grads, this.clipValue)
      const gradients = new Map(parameters.map((parameter, i) => [parameter, bounded[i]]))
      const present = grads.filter(grad => grad !== null)
      const scale =
        this.clip !== null && present.length > 0 ? { scale: clipScale(present, this.clip) } : {}
      const wanted = this.#groups.flatMap((group, i) =>
        group.flatMap(parameter => {
          const grad = gradients.get(parameter)
          return grad ? this.#prepare(parameter, { grad, ...scale }, i) : []
        }),
      )
      // all are computed before the first is assigned: whatever fails leaves everything as it was
      const updates = computeAll(this.opt, wanted)
      for (const { parameter, update, hyper } of updates) {
        parameter.assign(update.param)
        this.#memories.replace(parameter, update.slots, hyper.step)
      }
    })
  }

  #prepare(
    parameter: Parameter,
    inputs: { grad: Tensor; scale?: Tensor },
    group: number,
  ): WantedUpdate {
    const wd = this.noDecayFor1d && parameter.shape.length < 2 ? 0 : this.wds[group]!
    const hyper: Hyper = {
      lr: this.lrs[group]!,
      weightDecay: this.decoupled ? 0 : wd,
      decoupledDecay: this.decoupled ? wd : 0,
      momentum: this.mom,
      beta: this.beta ?? 0,
      step: this.#memories.of(parameter).step + 1,
    }
    const slots = this.#memories.slots(parameter, this.opt.slots(hyper))
    return { parameter, inputs: { param: parameter.value, ...inputs }, slots, hyper }
  }

  /** Everything a later run needs to go on. */
  stateDict(): OptimizerState {
    const { tensors, steps } = this.#memories.save(this.#groups.flat())
    const { lrs, baseLrs, wds, mom, beta } = this
    return {
      tensors,
      values: {
        rule: this.opt.name,
        lrs: [...lrs],
        baseLrs: [...baseLrs],
        wds: [...wds],
        momentum: mom,
        ...(beta !== undefined && { beta }),
        position: this.#position,
        steps,
      },
    }
  }

  /**
   * Goes on from `state`, which stays yours. Hyperparameters that are functions here stay
   * functions: they cannot be saved.
   *
   * @throws DlError `state-mismatch` for another rule, number of parameters or shape, slots that the
   *   rule lacks or wants, numbers out of range, moments that are NaN or infinite (looked for where
   *   the values are at hand, as those of a file are); nothing has changed then
   */
  loadStateDict(state: OptimizerState): void {
    const parameters = this.#groups.flat()
    const wrong = stateMismatch(state, this.opt, this.#groups.length, parameters)
    if (wrong) {
      throw new DlError('state-mismatch', {
        problem: `the optimizer state does not fit: ${wrong}`,
        expected: 'the state of the same rule over the same layer groups',
      })
    }
    const { tensors, values } = state
    this.#memories.restore(parameters, tensors, values.steps)
    this.#position = values.position
    this.#lrs.restore(values.baseLrs, values.lrs)
    this.#wds.restore(values.wds, values.wds)
    this.#momentum.restore([values.momentum], [values.momentum])
    if (values.beta !== undefined) this.#beta?.restore([values.beta], [values.beta])
  }

  /** Frees the rule's memory; the parameters are the model's. */
  dispose(): void {
    this.#memories.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
