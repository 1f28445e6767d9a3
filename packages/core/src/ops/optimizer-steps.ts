/** One update of one parameter as one kernel, which a backend may run in place. */
import { add, div, mul, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core'
import { defineFusedKernel, type TensorInputs } from '../fused/define'

/** What every update shares. */
export interface StepAttrs {
  lr: number
  /** L2: added to the gradient as weightDecay · param. */
  weightDecay: number
  /** Decoupled: the parameter shrinks by lr · decoupledDecay before the update. */
  decoupledDecay: number
}

export interface SgdAttrs extends StepAttrs {
  momentum: number
  nesterov: boolean
}

export interface AdamAttrs extends StepAttrs {
  beta1: number
  beta2: number
  eps: number
  /** 1 for a parameter's first update. */
  step: number
}

/**
 * What every rule does to gradient and parameter before its own update: the gradient with scale and
 * L2 decay, the parameter with decoupled decay. Each may be the tensor passed in.
 *
 * @example
 * ```ts
 * import { decayed } from '@dl/core'
 * import { tensor, tidy } from '@tensorflow/tfjs-core'
 *
 * const attrs = { lr: 0.5, weightDecay: 0, decoupledDecay: 0.1 }
 * const param = tidy(() => decayed({ param: tensor([2]), grad: tensor([1]) }, attrs).param)
 * Math.fround(1.9) === (await param.data())[0] // → true
 * param.dispose()
 * ```
 */
export function decayed(
  { param, grad, scale }: TensorInputs,
  { lr, weightDecay, decoupledDecay }: StepAttrs,
): { grad: Tensor; param: Tensor } {
  const scaled = scale ? mul(grad!, scale) : grad!
  return {
    grad: weightDecay === 0 ? scaled : add(scaled, mul(param!, weightDecay)),
    param: decoupledDecay === 0 ? param! : mul(param!, 1 - lr * decoupledDecay),
  }
}

/**
 * `torch.optim.SGD`: inputs param, grad, buffer? (momentum, zeros at first), scale? (a scalar on
 * the gradient, for clipping); outputs param and buffer anew.
 */
export const sgdStep = defineFusedKernel<SgdAttrs>({
  name: 'DlSgdStep',
  composed(inputs, attrs) {
    const { lr, momentum, nesterov } = attrs
    const { grad, param } = decayed(inputs, attrs)
    if (!inputs.buffer) return [sub(param, mul(grad, lr))]
    const buffer = add(mul(inputs.buffer, momentum), grad)
    const direction = nesterov ? add(grad, mul(buffer, momentum)) : buffer
    return [sub(param, mul(direction, lr)), buffer]
  },
})

/** `torch.optim.Adam` and `AdamW`: inputs param, grad, m, v, scale?; outputs param, m, v anew. */
export const adamStep = defineFusedKernel<AdamAttrs>({
  name: 'DlAdamStep',
  composed(inputs, attrs) {
    const { lr, beta1, beta2, eps, step } = attrs
    const { grad, param } = decayed(inputs, attrs)
    const m = add(mul(inputs.m!, beta1), mul(grad, 1 - beta1))
    const v = add(mul(inputs.v!, beta2), mul(square(grad), 1 - beta2))
    const spread = add(div(sqrt(v), Math.sqrt(1 - beta2 ** step)), eps)
    return [sub(param, mul(div(m, spread), lr / (1 - beta1 ** step))), m, v]
  },
})
