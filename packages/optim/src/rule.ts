/** What an optimizer is here: a rule that updates one parameter, with its memory kept outside. */
import type { Tensor } from '@tensorflow/tfjs-core'

/** The numbers of one update. A LayerOptimizer fills them in per layer group. */
export interface Hyper {
  lr: number
  /** L2 decay, added to the gradient. */
  weightDecay: number
  /** Decoupled decay, applied to the parameter (Loshchilov and Hutter, 2019). */
  decoupledDecay: number
  /** 1 for a parameter's first update. */
  step: number
}

/** An update rule. Its momenta may change as a run goes on. */
export interface UpdateRule {
  readonly name: string
  /** Whether weight decay is decoupled unless the LayerOptimizer says otherwise. */
  readonly decoupled: boolean
  /** Momentum, or Adam's beta1. */
  momentum: number
  /** Adam's beta2, where there is one. */
  beta?: number
  /** Names of the tensors remembered per parameter, of its shape and zeros at first. */
  slots(): readonly string[]
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
