/**
 * A weight: a tensor that stays while its value changes. Not a `tf.Variable`, which lives in a
 * process-wide table under a unique name; a Parameter is found by walking a module's own fields.
 */
import { keep, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { detach } from './autograd/off-tape'
import { check } from './checks'
import { DlError, showShape } from './errors'
import { checkOptions } from './options'
import { sameShape } from './same-shape'

const brand = Symbol.for('@dl/parameter')

export interface ParameterOptions {
  /**
   * The axes of this parameter in PyTorch's order, where it differs: `[1, 0]` for a matrix kept
   * as [in, out]. State dicts hold PyTorch's layout.
   */
  torchAxes?: readonly number[]
}

/**
 * A trainable tensor. It keeps its own reference to the data: a tensor passed in stays yours.
 *
 * @example
 * ```ts
 * import { Parameter } from '@dl/core'
 * import { zeros } from '@tensorflow/tfjs-core'
 *
 * const weight = new Parameter(() => zeros([2, 3]))
 * weight.shape // → 2,3
 * weight.dispose()
 * ```
 */
export class Parameter {
  readonly [brand] = true
  /** Frozen parameters (false) get no gradient and no update. */
  trainable = true
  readonly torchAxes: readonly number[] | null
  #value: Tensor

  /** @param initial the first value; a function that makes it is tidied */
  constructor(initial: Tensor | (() => Tensor), options: ParameterOptions = {}) {
    const { torchAxes } = checkOptions('Parameter', options, ['torchAxes'])
    if (torchAxes != null) check('Parameter', 'an array of integers', { torchAxes })
    this.#value = hold(initial, 'Parameter')
    this.torchAxes = torchAxes ?? null
  }

  /** The current value. It belongs to the parameter: do not dispose it, and read it anew after an update. */
  get value(): Tensor {
    return this.#value
  }

  get shape(): number[] {
    return this.#value.shape
  }

  get size(): number {
    return this.#value.size
  }

  /** Takes on the data of `next`, which must have this parameter's shape and stays yours. */
  assign(next: Tensor): void {
    check('Parameter', 'a tensor', { next })
    if (!sameShape(next.shape, this.shape) || next.dtype !== this.#value.dtype) {
      throw new DlError('shape-mismatch', {
        problem: `a ${next.dtype} tensor of shape ${showShape(next.shape)} was assigned to a parameter`,
        expected: `${this.#value.dtype} of shape ${showShape(this.shape)}`,
      })
    }
    const held = hold(next, 'Parameter')
    this.#value.dispose()
    this.#value = held
  }

  dispose(): void {
    this.#value.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }
}

/** Whether `value` is a Parameter, of whichever copy of this package. */
export function isParameter(value: unknown): value is Parameter {
  return (value as { [brand]?: true } | null | undefined)?.[brand] === true
}

/** A reference of one's own to the data of `tensor` that outlives every tidy. */
export const hold = (tensor: Tensor | (() => Tensor), owner: string): Tensor =>
  tidy(() => {
    const value = typeof tensor === 'function' ? tensor() : tensor
    check(owner, 'a tensor', { value })
    return keep(detach(value))
  })
