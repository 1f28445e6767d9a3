/**
 * An update rule over layer groups, after fast.ai: each group has a learning rate and a weight
 * decay of its own, so that early layers can move more slowly than late ones.
 */
import { DlError, type Parameter, showShape } from '@dl/core'
import { clone, dispose, keep, type Tensor, tidy, zerosLike } from '@tensorflow/tfjs-core'
import { clipScale } from './clip'
import { groupParameters, type HasParameters, type LayerGroup, perGroup } from './groups'
import type { Hyper, UpdateRule } from './rule'

export interface LayerOptimizerOptions {
  /** Gradients are scaled down to this joint norm at most (default: they are not). */
  clip?: number
  /** Whether weight decay is decoupled (default: as the rule has it: only adamW's is). */
  decoupled?: boolean
}

/** What is remembered of one parameter. */
interface Memory {
  step: number
  slots: Record<string, Tensor>
}

/** A LayerOptimizer's state: tensors by `index.slot`, yours to dispose, and plain values. */
export interface OptimizerState {
  tensors: Record<string, Tensor>
  values: {
    rule: string
    lrs: number[]
    baseLrs: number[]
    wds: number[]
    momentum: number
    beta?: number
    steps: number[]
  }
}

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
  /** The rule, with the momenta it has now. */
  readonly opt: UpdateRule
  readonly clip: number | null
  readonly decoupled: boolean
  readonly #groups: Parameter[][]
  readonly #memory = new Map<Parameter, Memory>()
  #baseLrs: number[]
  #lrs: number[]
  #wds: number[]

  /**
   * @param optFn makes the rule: `adam`, or `() => sgd({ momentum: 0.9 })`
   * @param layerGroups a module (one group) or a list of groups, earliest layers first
   * @param lrs one learning rate, or one for each group
   * @param wds one weight decay, or one for each group (default 0)
   * @throws DlError `group-mismatch` naming both counts; `bad-option`
   */
  constructor(
    optFn: () => UpdateRule,
    layerGroups: HasParameters | readonly LayerGroup[],
    lrs: number | readonly number[],
    wds: number | readonly number[] = 0,
    { clip, decoupled }: LayerOptimizerOptions = {},
  ) {
    this.opt = optFn()
    this.#groups = groupParameters(layerGroups)
    this.#lrs = perGroup('lrs', lrs, this.#groups.length)
    this.#wds = perGroup('wds', wds, this.#groups.length)
    this.#baseLrs = this.#lrs
    this.clip = clip ?? null
    this.decoupled = decoupled ?? this.opt.decoupled
  }

  /** The parameters that train now, group by group: what `step` wants gradients for. */
  get parameters(): Parameter[] {
    return this.#groups.flat().filter(({ trainable }) => trainable)
  }

  /** The last group's learning rate. */
  get lr(): number {
    return this.#lrs.at(-1)!
  }

  get lrs(): readonly number[] {
    return this.#lrs
  }

  /** The learning rates given at construction: what schedules start from and return to. */
  get baseLrs(): readonly number[] {
    return this.#baseLrs
  }

  get wds(): readonly number[] {
    return this.#wds
  }

  get mom(): number {
    return this.opt.momentum
  }

  /** Sets the learning rates in use; the base ones stay. */
  setLrs(lrs: number | readonly number[]): void {
    this.#lrs = perGroup('lrs', lrs, this.#groups.length)
  }

  /** Sets the learning rates in use and those that schedules start from. */
  setBaseLrs(lrs: number | readonly number[]): void {
    this.setLrs(lrs)
    this.#baseLrs = this.#lrs
  }

  setWds(wds: number | readonly number[]): void {
    this.#wds = perGroup('wds', wds, this.#groups.length)
  }

  /** Sets momentum, or Adam's beta1. */
  setMom(momentum: number): void {
    this.opt.momentum = momentum
  }

  /** Sets Adam's beta2. */
  setBeta(beta: number): void {
    this.opt.beta = beta
  }

  /**
   * One update. A null gradient leaves its parameter alone, memory included.
   *
   * @param grads one for each of `parameters`, in order; they stay yours
   */
  step(grads: readonly (Tensor | null)[]): void {
    const { parameters } = this
    if (grads.length !== parameters.length) {
      throw new DlError('group-mismatch', {
        problem: `${grads.length} gradients were given for ${parameters.length} parameters`,
        expected: 'one gradient, or null, for each of lo.parameters',
      })
    }
    const gradients = new Map(parameters.map((parameter, i) => [parameter, grads[i]]))
    tidy(() => {
      const present = grads.filter(grad => grad !== null)
      const scale =
        this.clip !== null && present.length > 0 ? { scale: clipScale(present, this.clip) } : {}
      this.#groups.forEach((group, i) => {
        for (const parameter of group) {
          const grad = gradients.get(parameter)
          if (grad) this.#update(parameter, { param: parameter.value, grad, ...scale }, i)
        }
      })
    })
  }

  #update(
    parameter: Parameter,
    inputs: { param: Tensor; grad: Tensor; scale?: Tensor },
    group: number,
  ): void {
    const memory = this.#remember(parameter)
    const wd = this.#wds[group]!
    const hyper: Hyper = {
      lr: this.#lrs[group]!,
      weightDecay: this.decoupled ? 0 : wd,
      decoupledDecay: this.decoupled ? wd : 0,
      step: ++memory.step,
    }
    const { param, slots } = this.opt.update(inputs, memory.slots, hyper)
    parameter.assign(param)
    dispose(memory.slots)
    for (const slot of Object.values(slots)) keep(slot)
    memory.slots = slots
  }

  #remember(parameter: Parameter): Memory {
    const memory = this.#memory.get(parameter) ?? { step: 0, slots: {} }
    for (const name of this.opt.slots()) memory.slots[name] ??= keep(zerosLike(parameter.value))
    this.#memory.set(parameter, memory)
    return memory
  }

  /** Everything a later run needs to go on. */
  stateDict(): OptimizerState {
    const tensors: Record<string, Tensor> = {}
    const steps = this.#groups.flat().map((parameter, i) => {
      const { step, slots } = this.#memory.get(parameter) ?? { step: 0, slots: {} }
      for (const [name, slot] of Object.entries(slots)) tensors[`${i}.${name}`] = clone(slot)
      return step
    })
    const { name: rule, momentum, beta } = this.opt
    const { lrs, baseLrs, wds } = this
    return {
      tensors,
      values: {
        rule,
        lrs: [...lrs],
        baseLrs: [...baseLrs],
        wds: [...wds],
        momentum,
        ...(beta === undefined ? {} : { beta }),
        steps,
      },
    }
  }

  /**
   * Goes on from `state`, which stays yours.
   *
   * @throws DlError `state-mismatch` for another rule, number of parameters or shape; nothing has
   *   changed then
   */
  loadStateDict({ tensors, values }: OptimizerState): void {
    const parameters = this.#groups.flat()
    const wrong = this.#mismatch(parameters, tensors, values)
    if (wrong) {
      throw new DlError('state-mismatch', {
        problem: `the optimizer state does not fit: ${wrong}`,
        expected: 'the state of the same rule over the same layer groups',
      })
    }
    this.#forget()
    parameters.forEach((parameter, i) => {
      const own = Object.keys(tensors).filter(name => name.startsWith(`${i}.`))
      const slots = own.map(name => [name.split('.')[1]!, keep(clone(tensors[name]!))] as const)
      this.#memory.set(parameter, { step: values.steps[i]!, slots: Object.fromEntries(slots) })
    })
    this.setBaseLrs(values.baseLrs)
    this.setLrs(values.lrs)
    this.setWds(values.wds)
    this.setMom(values.momentum)
    if (values.beta !== undefined) this.setBeta(values.beta)
  }

  #mismatch(
    parameters: Parameter[],
    tensors: OptimizerState['tensors'],
    { rule, steps }: OptimizerState['values'],
  ): string | undefined {
    if (rule !== this.opt.name) return `it is of ${rule}, not ${this.opt.name}`
    if (steps.length !== parameters.length) {
      return `it has ${steps.length} parameters, not ${parameters.length}`
    }
    for (const [name, tensor] of Object.entries(tensors)) {
      const shape = showShape(parameters[Number.parseInt(name, 10)]!.shape)
      if (showShape(tensor.shape) !== shape) {
        return `${name} is ${showShape(tensor.shape)}, not ${shape}`
      }
    }
    return undefined
  }

  #forget(): void {
    for (const { slots } of this.#memory.values()) dispose(slots)
    this.#memory.clear()
  }

  /** Frees the rule's memory; the parameters are the model's. */
  dispose(): void {
    this.#forget()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}
