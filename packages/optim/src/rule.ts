/** What an optimizer is here: a rule that updates one parameter, with its memory kept outside. */
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Hyperparameter } from './hyperparameters'

/** The numbers of one update. A LayerOptimizer fills them in. */
export interface Hyper {
  /** The layer group's. */
  lr: number
  /** L2 decay, added to the gradient. */
  weightDecay: number
  /** Decoupled decay, applied to the parameter (Loshchilov and Hutter, 2019). */
  decoupledDecay: number
  /** The rule's momentum now. */
  momentum: number
  /** The rule's beta now, 0 where it has none. */
  beta: number
  /** 1 for a parameter's first update. */
  step: number
}

/** An update rule. What it remembers, and how far a run has come, is not kept in it. */
export interface UpdateRule {
  readonly name: string
  /** Whether weight decay is decoupled unless the LayerOptimizer says otherwise. */
  readonly decoupled: boolean
  /** Momentum, or Adam's beta1, as given; 0 where there is none. */
  readonly momentum: Hyperparameter
  /** Adam's beta2 or RMSprop's alpha as given, where there is one. */
  readonly beta?: Hyperparameter
  /** Names of the tensors remembered per parameter, of its shape and zeros at first. */
  slots(hyper: Hyper): readonly string[]
  /** The parameter and its slots after one update: new tensors, possibly on the old data. */
  update(inputs: UpdateInputs, slots: Record<string, Tensor>, hyper: Hyper): Update
}

export interface UpdateInputs {
  param: Tensor
  grad: Tensor
  /** A scalar the gradient is multiplied by, for clipping. */
  scale?: Tensor
}

export interface Update {
  param: Tensor
  slots: Record<string, Tensor>
}

const ownUpdates = new WeakSet<UpdateRule['update']>()

/** Marks a rule of ours, whose update is one kernel; a rule around it has another `update`. */
export function ownRule(rule: UpdateRule): UpdateRule {
  ownUpdates.add(rule.update)
  return rule
}

export const isOwnUpdate = (update: UpdateRule['update']): boolean => ownUpdates.has(update)
